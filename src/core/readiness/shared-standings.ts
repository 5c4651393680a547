import type { Standing } from "./rule.ts";
import { createStandingRecord, NOTHING_KNOWN, type StandingRecord } from "./standing.ts";

/** Maximum number of names. Further handlers are not shared. */
const MAX_NAMES = 1_000;

/** The combined standings of the processes of one instance. */
export interface SharedStandings {
  /** Records a standing that one process has seen. Returns whether the other processes must be notified. */
  add(name: string, told: Standing): boolean;
  /** The standing at this moment. */
  find(name: string): Standing | undefined;
  readonly names: readonly string[];
}

export function createSharedStandings(monotonicNow: () => number): SharedStandings {
  const records = new Map<string, StandingRecord>();

  return {
    add(name, told) {
      const before = records.get(name)?.current ?? NOTHING_KNOWN;
      if (!records.has(name) && records.size >= MAX_NAMES) return false;
      const after = mergeStandings(before, told);
      records.set(name, createStandingRecord(monotonicNow, after));
      return after.hasBeenUp !== before.hasBeenUp || isRed(after) !== isRed(before);
    },
    find: (name) => records.get(name)?.current,
    get names() {
      return [...records.keys()];
    },
  };
}

/**
 * The standing after one process has seen another state. An outage begins for all when it begins for the
 * first process.
 */
export function mergeStandings(before: Standing, told: Standing): Standing {
  const hasBeenUp = before.hasBeenUp || told.hasBeenUp;
  if (told.redForMs !== undefined)
    return { ...before, hasBeenUp, redForMs: Math.max(told.redForMs, before.redForMs ?? 0) };
  const leftRedMs = told.leftRedMs ?? before.leftRedMs;
  return { hasBeenUp, redForMs: undefined, leftRedMs };
}

function isRed({ redForMs }: Standing): boolean {
  return redForMs !== undefined;
}
