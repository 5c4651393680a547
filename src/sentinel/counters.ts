/** Counters in shared memory that show each thread whether the other one runs. */
export interface Counters {
  /** Increases every `BEAT_MS` while the main thread's event loop runs. */
  readonly beats: number;
  /** Increases every `BEAT_MS` while the sentinel's event loop runs. */
  readonly ticks: number;
  /** When the last round of publishing ended, even without changes. Measured with `processNow`. */
  readonly roundAt: number;
  beat(): void;
  tick(): void;
  endRound(): void;
}

/** Interval at which each thread updates its counter and checks the other one. */
export const BEAT_MS = 100;

const BEATS = 0;
const TICKS = 1;
const WORDS = 2;
const NANOSECONDS_PER_MS = 1e6;

/** Starts `roundAt` at the current time, so that the wait for the first round counts. */
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

/**
 * A monotonic clock in milliseconds that all threads share. `performance.now()` starts at zero in each
 * thread.
 */
export function processNow(): number {
  return Number(process.hrtime.bigint()) / NANOSECONDS_PER_MS;
}
