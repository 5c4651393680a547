import { BEAT_MS } from "./counters.ts";

/** How long another thread has given no sign of life, in time that this thread has seen pass. */
export interface Silence {
  readonly ms: number;
  /** To be called every `BEAT_MS`. */
  look(): void;
}

export interface SilenceSetup {
  /** A number that the other thread changes every `BEAT_MS`. */
  readonly getCount: () => number;
  /** As `processNow`. */
  readonly monotonicNow: () => number;
}

/**
 * Whatever stops the whole process, such as a SIGSTOP or a suspended machine, stops this thread too. So no look counts
 * for more than two beats: a silence that nobody has listened to is none.
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
