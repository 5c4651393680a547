import { expectShape } from "../options/read-options.ts";
import { AMOUNT } from "../options/rules.ts";
import type { Clock } from "../util/clock.ts";
import { createTimerQueue } from "./timer-queue.ts";

/** A clock that only moves when a test advances it. */
export interface FakeClock extends Clock {
  /** Number of pending timers. 0 after `close()` if everything was stopped. */
  readonly pendingTimers: number;
  /**
   * Advances the time by `ms` milliseconds. Fires the timers that become due in order, each at its own time,
   * and waits after each until its effects have completed.
   */
  advance(ms: number): Promise<void>;
  /** Moves only the wall clock, like a time correction. Timers and durations are not affected. */
  jump(ms: number): void;
}

/** 2026-01-01T00:00:00Z, the start time of a fake clock. */
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
      expectShape(AMOUNT, ms, "ms");
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

// Read at load time, before a test replaces it with fake timers that do not fire.
const { setImmediate = setTimeout } = globalThis as { setImmediate?: (run: () => void) => unknown };

/** Waits for a turn of the real event loop, after which all promises that can settle have settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
