import type { Clock } from "../core/clock.ts";
import { expectNumber } from "../core/expect.ts";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** How many timers are waiting. 0 after `close()`: whatever starts can be stopped. */
  readonly pendingTimers: number;
  /**
   * Lets `ms` milliseconds pass: fires the timers that become due, in order, each at its own time, and waits
   * after each until everything that follows from it has happened.
   */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock only, as a correction of the time would. Timers and durations do not notice. */
  jump(ms: number): void;
}

interface Timer {
  readonly dueAt: number;
  readonly run: () => void;
}

/** 2026-01-01T00:00:00Z: where a fake clock starts. */
const FIRST_MOMENT = 1_767_225_600_000;

/** Creates a clock for `createStatusRegistry({ clock })`. */
export function createFakeClock(): FakeClock {
  const timers = new Set<Timer>();
  let elapsedMs = 0;
  let jumpedMs = 0;

  function findNext(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt <= end && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }

  return {
    now: () => FIRST_MOMENT + elapsedMs + jumpedMs,
    monotonicNow: () => elapsedMs,
    startTimer(delayMs, run) {
      const timer = { dueAt: elapsedMs + delayMs, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    get pendingTimers() {
      return timers.size;
    },
    async advance(ms) {
      expectNumber("ms", ms, { min: 0, max: Number.MAX_SAFE_INTEGER });
      const end = elapsedMs + ms;
      await settle();
      for (let timer = findNext(end); timer !== undefined; timer = findNext(end)) {
        timers.delete(timer);
        elapsedMs = Math.max(elapsedMs, timer.dueAt);
        timer.run();
        await settle();
      }
      elapsedMs = Math.max(elapsedMs, end);
    },
    jump(ms) {
      jumpedMs += ms;
    },
  };
}

/** Waits for a turn of the real event loop: by then, all promises that could settle have settled. */
function settle(): Promise<void> {
  const { setImmediate = setTimeout } = globalThis as { setImmediate?: (run: () => void) => unknown };
  return new Promise((resolve) => void setImmediate(resolve));
}
