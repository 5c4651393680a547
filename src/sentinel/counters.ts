/** What the main thread counts in shared memory, so that the sentinel sees it go on, or not. */
export interface Counters {
  /** Goes up every `BEAT_MS` while the main thread's event loop turns. */
  readonly beats: number;
  /** Goes up with each round of publishing, whether there was anything new or not. */
  readonly rounds: number;
  beat(): void;
  endRound(): void;
}

/** How often the main thread shows that it is alive, and how often the sentinel looks. */
export const BEAT_MS = 100;

const BEATS = 0;
const ROUNDS = 1;

export function createCountersBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

export function openCounters(buffer: SharedArrayBuffer): Counters {
  const words = new Int32Array(buffer);
  return {
    get beats() {
      return Atomics.load(words, BEATS);
    },
    get rounds() {
      return Atomics.load(words, ROUNDS);
    },
    beat: () => void Atomics.add(words, BEATS, 1),
    endRound: () => void Atomics.add(words, ROUNDS, 1),
  };
}
