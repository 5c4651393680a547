import { RED, type State } from "../state.ts";
import type { Standing } from "./rule.ts";

/** Keeps the standing of one name. */
export interface StandingRecord {
  /** Records the state at this moment. */
  record(state: State): void;
  readonly current: Standing;
}

/** @param before The standing to go on from, such as that of another thread. */
export function createStandingRecord(
  monotonicNow: () => number,
  before: Standing = NOTHING_KNOWN,
): StandingRecord {
  const startedAt = monotonicNow();
  let hasBeenUp = before.hasBeenUp;
  let redAt = before.redForMs === undefined ? undefined : startedAt - before.redForMs;
  let leftRedAt = before.leftRedMs === undefined ? undefined : startedAt - before.leftRedMs;

  return {
    record(state) {
      if (state === RED) {
        redAt ??= monotonicNow();
        return;
      }
      hasBeenUp = true;
      if (redAt === undefined) return;
      redAt = undefined;
      leftRedAt = monotonicNow();
    },
    get current() {
      const now = monotonicNow();
      return {
        hasBeenUp,
        redForMs: redAt === undefined ? undefined : now - redAt,
        leftRedMs: leftRedAt === undefined ? undefined : now - leftRedAt,
      };
    },
  };
}

const NOTHING_KNOWN: Standing = { hasBeenUp: false, redForMs: undefined, leftRedMs: undefined };
