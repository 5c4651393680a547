/** The source of time for a registry. Tests replace it. */
export interface Clock {
  /** Milliseconds since 1970, for timestamps. It may jump. */
  now(): number;
  /** Milliseconds since an arbitrary moment, for durations. It never goes back. */
  monotonicNow(): number;
  /** A number from 0 up to, but not including, 1, for jitter. Tests make it repeatable. */
  random(): number;
  /**
   * Calls `run` once, `delayMs` from now, and returns a function that prevents it.
   * A background timer does not keep the process alive.
   */
  startTimer(delayMs: number, run: () => void, options?: { readonly background?: boolean }): () => void;
}

/** Maximum delay of a timer. A timer with a longer delay would fire at once. */
export const MAX_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  // Looked up on each call, so that a test's fake timers replace all of these functions or none.
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  random: () => Math.random(),
  startTimer(delayMs, run, { background = false } = {}) {
    const timer: unknown = setTimeout(run, delayMs);
    if (background) unref(timer);
    return () => clearTimeout(timer as number);
  },
};

/** Timers are objects with `unref` in Node.js, Bun and Deno, and numbers in browsers and some workers. */
function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
