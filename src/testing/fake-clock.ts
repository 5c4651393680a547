import { expectNumber } from "../options/expect.ts";
import type { Clock } from "../util/clock.ts";
import { createTimerQueue } from "./timer-queue.ts";

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

/** 2026-01-01T00:00:00Z: where a fake clock starts. */
const FIRST_MOMENT = 1_767_225_600_000;

/** Creates a clock for `createStatusRegistry({ clock })`. */
export function createFakeClock(): FakeClock {
  const timers = createTimerQueue();
  let elapsedMs = 0;
  let jumpedMs = 0;

  return {
    now: () => FIRST_MOMENT + elapsedMs + jumpedMs,
    monotonicNow: () => elapsedMs,
    random: () => 0.5,
    startTimer: (delayMs, run) => timers.add(elapsedMs + delayMs, run),
    get pendingTimers() {
      return timers.size;
    },
    async advance(ms) {
      expectNumber("ms", ms, { min: 0, max: Number.MAX_SAFE_INTEGER });
      const end = elapsedMs + ms;
      await settle();
      for (let timer = timers.takeDue(end); timer !== undefined; timer = timers.takeDue(end)) {
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

// Taken before any test puts fake timers in its place, which nobody would fire.
const { setImmediate = setTimeout } = globalThis as { setImmediate?: (run: () => void) => unknown };

/** Waits for a turn of the real event loop: by then, all promises that could settle have settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
