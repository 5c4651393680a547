import { BEAT_MS } from "./counters.ts";

/** Time since the other thread's last sign of life, measured while this thread runs. */
export interface Silence {
  readonly ms: number;
  /** Updates `ms`. Call it every `BEAT_MS`. */
  look(): void;
}

export interface SilenceSetup {
  /** A number that the other thread changes every `BEAT_MS`. */
  readonly getCount: () => number;
  /** The clock, such as `processNow`. */
  readonly monotonicNow: () => number;
}

/**
 * A SIGSTOP or a suspended machine stops this thread too. Each call of `look()` therefore counts for two
 * beats at most, so that the silence does not include the time of the stop.
 */
const MAX_COUNTED_MS = 2 * BEAT_MS;

export function listenForSilence({ getCount, monotonicNow }: SilenceSetup): Silence {
  let count = getCount();
  let lookedAt = monotonicNow();
  let ms = 0;

  return {
    get ms() {
      return ms;
    },
    look() {
      const now = monotonicNow();
      const present = getCount();
      ms = present === count ? ms + Math.min(now - lookedAt, MAX_COUNTED_MS) : 0;
      count = present;
      lookedAt = now;
    },
  };
}
