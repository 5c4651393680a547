import type { Counters } from "./counters.ts";
import { listenForSilence } from "./silence.ts";

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

export function watchMainThread({ counters, monotonicNow }: WatchSetup): Watch {
  const silence = listenForSilence({ getCount: () => counters.beats, monotonicNow });

  return {
    get silenceMs() {
      return silence.ms;
    },
    get reportAgeMs() {
      return monotonicNow() - counters.roundAt;
    },
    look: silence.look,
  };
}
