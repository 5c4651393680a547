import { BEAT_MS, type Counters } from "./counters.ts";

/** How the main thread is, as far as another thread can see it. */
export interface Watch {
  /** Since when its event loop has not turned, in time that this thread has seen pass. */
  readonly silenceMs: number;
  /** How old the last round of publishing is, or for how long the first has been waited for. */
  readonly reportAgeMs: number;
  /** To be called every `BEAT_MS`. */
  look(): void;
}

export interface WatchSetup {
  readonly counters: Pick<Counters, "beats" | "roundAt">;
  /** As `processNow`. */
  readonly monotonicNow: () => number;
}

/**
 * Whatever stops the whole process, such as a SIGSTOP or a suspended machine, stops this thread too. So no look counts
 * for more than two beats: a silence that nobody has listened to is none.
 */
const MAX_COUNTED_MS = 2 * BEAT_MS;

export function watchMainThread({ counters, monotonicNow }: WatchSetup): Watch {
  let { beats } = counters;
  let lookedAt = monotonicNow();
  let silenceMs = 0;

  return {
    get silenceMs() {
      return silenceMs;
    },
    get reportAgeMs() {
      return monotonicNow() - counters.roundAt;
    },
    look() {
      const now = monotonicNow();
      silenceMs = counters.beats === beats ? silenceMs + Math.min(now - lookedAt, MAX_COUNTED_MS) : 0;
      ({ beats } = counters);
      lookedAt = now;
    },
  };
}
