import { RED, type State } from "../state.ts";
import type { Standing } from "./rule.ts";

/** Keeps the standing of one name. */
export interface StandingRecord {
  /** Records the state at this moment. */
  record(state: State): void;
  /**
   * Continues from the standing in other processes. Has no effect once this record itself has seen a state
   * other than RED.
   */
  inherit(others: Standing): void;
  readonly current: Standing;
}

/** @param before The standing to continue from, such as that of another thread. */
export function createStandingRecord(
  monotonicNow: () => number,
  before: Standing = NOTHING_KNOWN,
): StandingRecord {
  const startedAt = monotonicNow();
  let state: State | undefined;
  let hasOwnPast = before.hasBeenUp;
  let hasBeenUp = before.hasBeenUp;
  let redAt = before.redForMs === undefined ? undefined : startedAt - before.redForMs;
  let leftRedAt = before.leftRedMs === undefined ? undefined : startedAt - before.leftRedMs;

  return {
    record(newState) {
      state = newState;
      if (state === RED) {
        redAt ??= monotonicNow();
        return;
      }
      hasBeenUp = true;
      hasOwnPast = true;
      if (redAt === undefined) return;
      redAt = undefined;
      leftRedAt = monotonicNow();
    },
    inherit(others) {
      if (hasOwnPast) return;
      const now = monotonicNow();
      hasBeenUp ||= others.hasBeenUp;
      if (others.leftRedMs !== undefined) leftRedAt = now - others.leftRedMs;
      if (others.redForMs !== undefined) redAt = Math.min(redAt ?? now, now - others.redForMs);
      else if (state === undefined) redAt = undefined;
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

export const NOTHING_KNOWN: Standing = { hasBeenUp: false, redForMs: undefined, leftRedMs: undefined };
