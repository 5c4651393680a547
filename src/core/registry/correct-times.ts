import { correctMoment } from "../../util/start.ts";
import type { Change } from "../change.ts";
import type { Entry } from "../report.ts";

/** Corrects changes, oldest first, that are later than possible. The last one was `elapsedMs` ago. */
export function correctHistory(history: Change[], elapsedMs: number, now: number): void {
  let agoMs = elapsedMs;
  let index = history.length;
  for (const change of history.toReversed()) {
    index -= 1;
    const at = correctMoment(change.at.getTime(), agoMs, now);
    if (at === change.at.getTime()) return;
    history[index] = Object.freeze({ ...change, at: new Date(at) });
    agoMs += change.heldMs;
  }
}

/** Corrects an entry whose handler did not run after the clock was set back. */
export function correctEntry(entry: Entry, since: Date | undefined, now: number): Entry {
  const shiftMs = since === undefined ? 0 : entry.since.getTime() - since.getTime();
  if (since === undefined || shiftMs <= 0) return entry;
  return { ...entry, since, checkedAt: new Date(Math.min(entry.checkedAt.getTime() - shiftMs, now)) };
}
