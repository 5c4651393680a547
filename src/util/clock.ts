/** Time, as a registry knows it. Tests put another one in its place. */
export interface Clock {
  /** Milliseconds since 1970, for timestamps. It may jump. */
  now(): number;
  /** Milliseconds since some moment, for durations. It never goes back. */
  monotonicNow(): number;
  /** From 0 up to 1, for jitter. Tests make it repeatable. */
  random(): number;
  /**
   * Calls `run` once, `delayMs` from now, and returns a function that prevents it.
   * A background timer does not keep the process alive.
   */
  startTimer(delayMs: number, run: () => void, options?: { readonly background?: boolean }): () => void;
}

/** The longest delay that timers know. A longer one would fire at once. */
export const MAX_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  // Looked up at each call, so that a test's fake timers put all of it in their place, or nothing.
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  random: () => Math.random(),
  startTimer(delayMs, run, { background = false } = {}) {
    const timer: unknown = setTimeout(run, delayMs);
    if (background) unref(timer);
    return () => clearTimeout(timer as number);
  },
};

/** Node.js, Bun and Deno hand out objects with `unref`; browsers and some workers plain numbers. */
function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
