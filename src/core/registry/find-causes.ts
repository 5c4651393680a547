import type { Clock } from "../../util/clock.ts";
import type { Change } from "../change.ts";
import { createReport, type Entry, type Report } from "../report.ts";
import { explain } from "./causes.ts";
import { correctEntry } from "./correct-times.ts";
import type { RegisteredHandler } from "./registered-handler.ts";

/**
 * Maximum age of a result that can explain why another handler is RED, for handlers without `intervalMs`:
 * such a handler may have recovered since. Scrapers and probes request reports more often.
 */
export const MAX_CAUSE_AGE_MS = 60_000;

/** Explains why a handler is RED by a dependency that is RED. Runs no handler. */
export interface Causes {
  explainEntry(entry: Entry): Entry;
  explainChange(change: Change): Change;
  /** Results in the report take precedence over earlier ones. */
  toReport(entries: readonly Entry[]): Report;
}

export function findCauses(handlers: ReadonlyMap<string, RegisteredHandler>, clock: Clock): Causes {
  /** The last entry, if it is recent enough to explain another handler's state. */
  function findLast(name: string): Entry | undefined {
    const { last, options } = handlers.get(name) ?? {};
    if (last === undefined || options?.intervalMs !== undefined) return last;
    // After the clock was set back, the result looks as if it came later.
    const ageMs = Math.abs(clock.now() - last.checkedAt.getTime());
    return ageMs <= MAX_CAUSE_AGE_MS ? last : undefined;
  }

  /** Reports rarely contain a RED that needs an explanation, so the index is created on first use. */
  function findAmong(entries: readonly Entry[]): (name: string) => Entry | undefined {
    let byName: ReadonlyMap<string, Entry> | undefined;
    return function findEntry(name) {
      byName ??= new Map(entries.map((entry) => [entry.name, entry]));
      return byName.get(name) ?? findLast(name);
    };
  }

  return {
    explainEntry: (entry) => explain(entry, entry.dependsOn, findLast),
    explainChange: (change) => explain(change, handlers.get(change.name)?.options.dependsOn ?? [], findLast),
    toReport(entries) {
      const now = clock.now();
      const aheadMs = now - clock.monotonicNow();
      const correct = entries.map((entry) =>
        correctEntry(entry, handlers.get(entry.name)?.track.findSince(aheadMs), now),
      );
      const find = findAmong(correct);
      const explained = correct.map((entry) => explain(entry, entry.dependsOn, find));
      return createReport(explained, now);
    },
  };
}
