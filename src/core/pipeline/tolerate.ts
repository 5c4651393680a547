import { toDetailText } from "../detail-text.ts";
import { type Ask, mapAnswer, type Outcome } from "../outcome.ts";
import { OK, STATE_NUMBERS, type State } from "../state.ts";
import { deriveStatus } from "../status-json.ts";

export interface Thresholds {
  readonly failAfter: number;
  readonly recoverAfter: number;
}

/** The reported outcome, and the number of results in a row that contradict it. */
interface Held {
  readonly outcome: Outcome;
  readonly direction: Direction;
  readonly count: number;
}

type Direction = "worse" | "better" | "same";

/**
 * Holds the reported state until enough results in a row are worse, or better, so that one lost packet does
 * not wake anyone up. The first result counts immediately.
 */
export function withTolerance(ask: Ask, thresholds: Thresholds): Ask {
  const { failAfter, recoverAfter } = thresholds;
  if (failAfter === 1 && recoverAfter === 1) return ask;
  let held: Held | undefined;
  return mapAnswer(ask, function tolerate(outcome) {
    held = toHeld(held, outcome, thresholds);
    return held.outcome;
  });
}

function toHeld(held: Held | undefined, outcome: Outcome, { failAfter, recoverAfter }: Thresholds): Held {
  const direction =
    held === undefined ? "same" : toDirection(held.outcome.status.state, outcome.status.state);
  if (held === undefined || direction === "same") return { outcome, direction: "same", count: 0 };
  const before = direction === held.direction ? held.count : 0;
  // A hung handler was not called again, so this is not another result.
  const count = outcome.reason === "hung" ? Math.max(before, 1) : before + 1;
  const needed = direction === "worse" ? failAfter : recoverAfter;
  if (count >= needed) return { outcome, direction: "same", count: 0 };
  return { outcome: holdBack(held.outcome, outcome, `${count} of ${needed}`), direction, count };
}

function toDirection(from: State, to: State): Direction {
  const difference = STATE_NUMBERS[to] - STATE_NUMBERS[from];
  if (difference === 0) return "same";
  return difference > 0 ? "worse" : "better";
}

/** Combines the new result with the old state and reason. The detail shows the progress to the new state. */
function holdBack(held: Outcome, outcome: Outcome, progress: string): Outcome {
  const { state } = held.status;
  const waiting = `${progress} results before ${outcome.status.state}`;
  const detail = toDetailText(outcome.status);
  const status = deriveStatus(outcome.status, state, detail === "" ? waiting : `${waiting}: ${detail}`);
  return { ...outcome, status, reason: state === OK ? undefined : held.reason };
}
