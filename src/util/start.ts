import type { Clock } from "./clock.ts";
import { createDates } from "./dates.ts";

/** A smaller step back changes nothing, because ages are shown in seconds. */
const TOLERANCE_MS = 1_000;

/**
 * Corrects a past moment if the wall clock was set back after it. Otherwise its age would be 0 until the clock has caught
 * up. If the clock was set forward, the moment stays, because a monotonic clock may stop while a machine sleeps.
 *
 * @param elapsedMs The time since the moment, by the monotonic clock.
 */
export function correctMoment(at: number, elapsedMs: number, now: number): number {
  const latest = Math.round(now - elapsedMs);
  return at > latest + TOLERANCE_MS ? latest : at;
}

/** The start of a state, which follows the wall clock if that is set back. */
export interface Start {
  /** By the present wall clock. */
  readonly date: Date;
  /** The same, for callers that have read the clocks: how far the wall clock is ahead of the monotonic clock. */
  dateFor(aheadMs: number): Date;
  /** By the monotonic clock. */
  readonly elapsedMs: number;
  set(at: number, elapsedMs?: number): void;
  /** Sets it to a moment that it or another clock read. */
  adopt(date: Date): void;
}

/** `onSetBack` corrects what happened before the start. */
export function createStart(
  clock: Pick<Clock, "now" | "monotonicNow">,
  onSetBack?: (elapsedMs: number, now: number) => void,
): Start {
  // Creates a new Date if a reader has changed the last one.
  const toDate = createDates();
  let atMs = clock.now();
  let enteredAt = clock.monotonicNow();

  function set(at: number, elapsedMs = 0): void {
    atMs = at;
    enteredAt = clock.monotonicNow() - elapsedMs;
  }

  function dateFor(aheadMs: number): Date {
    const corrected = correctMoment(atMs, -enteredAt, aheadMs);
    if (corrected !== atMs) {
      atMs = corrected;
      const monotonicNow = clock.monotonicNow();
      onSetBack?.(monotonicNow - enteredAt, monotonicNow + aheadMs);
    }
    return toDate(atMs);
  }

  return {
    get date() {
      return dateFor(clock.now() - clock.monotonicNow());
    },
    dateFor,
    get elapsedMs() {
      return clock.monotonicNow() - enteredAt;
    },
    set,
    adopt(date) {
      const at = date.getTime();
      if (at !== atMs) set(at, Math.max(0, clock.now() - at));
    },
  };
}
