import { MAX_PROBE_BODY_LENGTH } from "../core/probe.ts";

/** Which of the two threads it is. */
export type Side = "main" | "sentinel";

/** A text and its moment, which two threads may read and write at any time, without ever waiting for each other. */
export interface SharedText {
  /** Another number after each write of either thread. */
  readonly version: number;
  read(): SharedReading;
  /** `at` is in milliseconds since 1970. Returns the version that this write made. */
  write(text: string, at: number): number;
}

export interface SharedReading {
  readonly text: string;
  readonly at: number;
  readonly version: number;
}

/**
 * The first word says which slot holds the text, in its two lowest bits, and counts the writes in the others. Whoever
 * writes fills a slot of its own that is not the current one, and then exchanges the first word: those exchanges are
 * the one order that both threads agree on. No thread waits for the other, so one that dies or hangs in the middle of
 * a write does no harm.
 */
const SLOTS: Readonly<Record<Side, readonly [number, number]>> = { main: [0, 1], sentinel: [2, 3] };
const SLOT_COUNT = 4;
const SLOT_BITS = 2;
const SLOT_MASK = SLOT_COUNT - 1;

/** The moment in two words, the length of the text, and its UTF-16 code units. */
const UNITS = 3;
const SLOT_SIZE = UNITS + MAX_PROBE_BODY_LENGTH;
const WORD = 2 ** 32;

export function createSharedTextBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * (1 + SLOT_COUNT * SLOT_SIZE));
}

export function openSharedText(buffer: SharedArrayBuffer, side: Side): SharedText {
  const words = new Int32Array(buffer);
  const [one, other] = SLOTS[side];

  function read(): SharedReading {
    for (;;) {
      const version = Atomics.load(words, 0);
      const said = readSlot(words, version & SLOT_MASK);
      // A slot is written anew only after another one was made the current one.
      if (Atomics.load(words, 0) === version) return { ...said, version };
    }
  }

  function write(text: string, at: number): number {
    let current = Atomics.load(words, 0);
    const slot = (current & SLOT_MASK) === one ? other : one;
    writeSlot(words, slot, { text, at });
    for (;;) {
      const next = toNext(current, slot);
      const found = Atomics.compareExchange(words, 0, current, next);
      if (found === current) return next;
      current = found;
    }
  }

  return {
    get version() {
      return Atomics.load(words, 0);
    },
    read,
    write,
  };
}

type Said = Omit<SharedReading, "version">;

/** The count goes round after 2³⁰ writes. */
function toNext(current: number, slot: number): number {
  return ((((current >>> SLOT_BITS) + 1) << SLOT_BITS) | slot) >> 0;
}

// Atomics for every word: only those are never moved to the other side of reading the first word.
function readSlot(words: Int32Array, slot: number): Said {
  const start = 1 + slot * SLOT_SIZE;
  const at = Atomics.load(words, start) * WORD + (Atomics.load(words, start + 1) >>> 0);
  const length = Math.min(Atomics.load(words, start + 2), MAX_PROBE_BODY_LENGTH);
  const units = Array.from({ length }, (_, index) => Atomics.load(words, start + UNITS + index));
  return { text: String.fromCharCode(...units), at };
}

function writeSlot(words: Int32Array, slot: number, { text, at }: Said): void {
  const start = 1 + slot * SLOT_SIZE;
  const length = Math.min(text.length, MAX_PROBE_BODY_LENGTH);
  Atomics.store(words, start, Math.floor(at / WORD));
  Atomics.store(words, start + 1, at % WORD);
  Atomics.store(words, start + 2, length);
  for (let index = 0; index < length; index += 1)
    Atomics.store(words, start + UNITS + index, text.charCodeAt(index));
}
