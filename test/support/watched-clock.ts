import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";

/** A timer that was started. */
export interface StartedTimer {
  readonly delayMs: number;
  readonly background: boolean;
}

/** A fake clock for code that waits for real sockets in between: a test can wait until it starts a timer. */
export interface WatchedClock extends FakeClock {
  /** Every timer that was started so far, in order. */
  readonly started: readonly StartedTimer[];
  /** The next timer of that length, also if it was started since the last such question. */
  untilTimer(delayMs: number): Promise<void>;
}

export function createWatchedClock(): WatchedClock {
  const clock = createFakeClock();
  const started: StartedTimer[] = [];
  const unseen: number[] = [];
  let check = (): void => {};

  const watched: Partial<WatchedClock> = {
    started,
    startTimer(delayMs, run, options) {
      started.push({ delayMs, background: options?.background ?? false });
      unseen.push(delayMs);
      check();
      return clock.startTimer(delayMs, run);
    },
    untilTimer(delayMs) {
      return new Promise((resolve) => {
        check = () => {
          const index = unseen.indexOf(delayMs);
          if (index === -1) return;
          unseen.splice(0, index + 1);
          check = () => {};
          resolve();
        };
        check();
      });
    },
  };
  return Object.setPrototypeOf(watched, clock) as WatchedClock;
}
