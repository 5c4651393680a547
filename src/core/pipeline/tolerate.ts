import type { Clock } from "../../util/clock.ts";
import { toDetailText } from "../detail-text.ts";
import { mapAnswer, type Outcome, type RunHandler } from "../outcome.ts";
import { OK, STATE_NUMBERS, type State } from "../state.ts";
import { deriveStatus } from "../status-json.ts";

export interface Thresholds {
  readonly failAfter: number;
  readonly recoverAfter: number;
  readonly failForMs: number;
  readonly recoverForMs: number;
}

/** The reported outcome, and the consecutive results that contradict it. */
interface Held {
  readonly outcome: Outcome;
  readonly direction: Direction;
  readonly count: number;
  /** When the first of these results arrived, on the monotonic clock. */
  readonly startedAt: number;
}

type Direction = "worse" | "better" | "same";

/**
 * Holds the reported state until enough consecutive results over enough time are worse, or better, so that
 * one lost packet causes no alert. The first result counts immediately.
 */
export function withTolerance(
  run: RunHandler,
  thresholds: Thresholds,
  clock: Pick<Clock, "monotonicNow">,
): RunHandler {
  const { failAfter, recoverAfter, failForMs, recoverForMs } = thresholds;
  if (failAfter === 1 && recoverAfter === 1 && failForMs === 0 && recoverForMs === 0) return run;
  let held: Held | undefined;
  return mapAnswer(run, function tolerate(outcome) {
    held = toHeld(held, outcome, thresholds, clock.monotonicNow());
    return held.outcome;
  });
}

function toHeld(held: Held | undefined, outcome: Outcome, thresholds: Thresholds, now: number): Held {
  const direction =
    held === undefined ? "same" : toDirection(held.outcome.status.state, outcome.status.state);
  if (held === undefined || direction === "same") return toSettled(outcome, now);
  const isSameDirection = direction === held.direction;
  const before = isSameDirection ? held.count : 0;
  const startedAt = isSameDirection ? held.startedAt : now;
  // A hung handler was not called again, so this is not another result.
  const count = outcome.reason === "hung" ? Math.max(before, 1) : before + 1;
  const { failAfter, failForMs, recoverAfter, recoverForMs } = thresholds;
  const [needed, neededMs] = direction === "worse" ? [failAfter, failForMs] : [recoverAfter, recoverForMs];
  const passedMs = now - startedAt;
  if (count >= needed && passedMs >= neededMs) return toSettled(outcome, now);
  const progress = [
    ...(needed > 1 ? [`${Math.min(count, needed)} of ${needed} results`] : []),
    ...(neededMs > 0 ? [`${toSeconds(Math.min(passedMs, neededMs))} of ${toSeconds(neededMs)} s`] : []),
  ];
  return { outcome: holdBack(held.outcome, outcome, progress.join(" and ")), direction, count, startedAt };
}

function toSettled(outcome: Outcome, startedAt: number): Held {
  return { outcome, direction: "same", count: 0, startedAt };
}

function toDirection(from: State, to: State): Direction {
  const difference = STATE_NUMBERS[to] - STATE_NUMBERS[from];
  if (difference === 0) return "same";
  return difference > 0 ? "worse" : "better";
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 100) / 10;
}

/** Combines the new result with the old state and reason. The detail shows the progress to the new state. */
function holdBack(held: Outcome, outcome: Outcome, progress: string): Outcome {
  const { state } = held.status;
  const waiting = `${progress} before ${outcome.status.state}`;
  const detail = toDetailText(outcome.status);
  const status = deriveStatus(outcome.status, state, detail === "" ? waiting : `${waiting}: ${detail}`);
  return { ...outcome, status, reason: state === OK ? undefined : held.reason };
}
