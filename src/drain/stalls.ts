import type { Clock } from "../util/clock.ts";

/** Measurement interval. A stall may be underestimated by up to this time. */
const MEASURE_EVERY_MS = 100;

/** Shorter delays are ordinary work. */
const MIN_STALL_MS = 100;

/** The measurement pauses if nothing reads it for this long. Longer gaps in the traffic do not count. */
const PAUSE_AFTER_MS = 60_000;

/** The time that the event loop was blocked. It receives requests that arrive meanwhile only afterwards. */
export interface Stalled {
  /** The sum of all stalls so far. */
  readonly totalMs: number;
  /** When the last stall ended. */
  readonly endedAt: number;
}

/** Measures how long the event loop is blocked. */
export interface Stalls {
  /** Updates the measurement. The first call starts a timer, which does not keep the process alive. */
  measure(now: number): Stalled;
  stop(): void;
}

export const NEVER_STALLED: Stalled = { totalMs: 0, endedAt: Number.NEGATIVE_INFINITY };

export function createStalls(clock: Pick<Clock, "monotonicNow" | "startTimer">): Stalls {
  let stalled = NEVER_STALLED;
  /** When the timer should fire; `undefined` while there is none. */
  let dueAt: number | undefined;
  let readAt = 0;
  let isStopped = false;
  let cancel = (): void => {};

  function startTimer(now: number): void {
    dueAt = now + MEASURE_EVERY_MS;
    cancel = clock.startTimer(MEASURE_EVERY_MS, atTimer, { background: true });
  }

  function atTimer(): void {
    const now = clock.monotonicNow();
    addStall(now);
    dueAt = undefined;
    if (now - readAt < PAUSE_AFTER_MS) startTimer(now);
  }

  /** The loop was not blocked when the time was last read. */
  function addStall(now: number): void {
    const lateMs = dueAt === undefined ? 0 : now - Math.max(dueAt, readAt);
    if (lateMs <= MIN_STALL_MS) return;
    stalled = { totalMs: stalled.totalMs + lateMs, endedAt: now };
    // The timer has not fired yet.
    dueAt = now;
  }

  return {
    measure(now) {
      addStall(now);
      readAt = now;
      if (dueAt === undefined && !isStopped) startTimer(now);
      return stalled;
    },
    stop() {
      isStopped = true;
      cancel();
      dueAt = undefined;
    },
  };
}
