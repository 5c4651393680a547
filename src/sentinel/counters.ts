/** What both threads note in shared memory, so that each sees the other go on, or not. */
export interface Counters {
  /** Goes up every `BEAT_MS` while the main thread's event loop turns. */
  readonly beats: number;
  /** Goes up every `BEAT_MS` while the sentinel's event loop turns. */
  readonly ticks: number;
  /** When the last round of publishing ended, whether there was anything new or not, on the clock of `processNow`. */
  readonly roundAt: number;
  beat(): void;
  tick(): void;
  endRound(): void;
}

/** How often each thread shows that it is alive, and looks for the other. */
export const BEAT_MS = 100;

const BEATS = 0;
const TICKS = 1;
const WORDS = 2;
const NANOSECONDS_PER_MS = 1e6;

/** Until the first round ends, what is counted is how long it has been waited for. */
export function createCountersBuffer(): SharedArrayBuffer {
  const wordsLength = WORDS * Int32Array.BYTES_PER_ELEMENT;
  const buffer = new SharedArrayBuffer(wordsLength + BigInt64Array.BYTES_PER_ELEMENT);
  openCounters(buffer).endRound();
  return buffer;
}

export function openCounters(buffer: SharedArrayBuffer): Counters {
  const words = new Int32Array(buffer, 0, WORDS);
  const roundAt = new BigInt64Array(buffer, words.byteLength);
  return {
    get beats() {
      return Atomics.load(words, BEATS);
    },
    get ticks() {
      return Atomics.load(words, TICKS);
    },
    get roundAt() {
      return Number(Atomics.load(roundAt, 0)) / NANOSECONDS_PER_MS;
    },
    beat: () => void Atomics.add(words, BEATS, 1),
    tick: () => void Atomics.add(words, TICKS, 1),
    endRound: () => void Atomics.store(roundAt, 0, process.hrtime.bigint()),
  };
}

/** Milliseconds that never go back, the same in all threads: `performance.now()` begins anew in each. */
export function processNow(): number {
  return Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS;
}
