import type { Counters } from "./counters.ts";
import { listenForSilence } from "./silence.ts";

/** The state of the main thread as seen from another thread. */
export interface Watch {
  /** How long its event loop has been blocked, measured while this thread runs. */
  readonly silenceMs: number;
  /** Age of the last round of publishing, or the wait for the first. */
  readonly reportAgeMs: number;
  /** Updates the values. Call it every `BEAT_MS`. */
  look(): void;
}

export interface MainThreadWatchSetup {
  readonly counters: Pick<Counters, "beats" | "roundAt">;
  /** The clock, such as `processNow`. */
  readonly monotonicNow: () => number;
}

export function watchMainThread({ counters, monotonicNow }: MainThreadWatchSetup): Watch {
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
