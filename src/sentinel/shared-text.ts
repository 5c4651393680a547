import { MAX_SETTING_LENGTH } from "./setting-text.ts";

/** The thread that writes. */
export type Side = "main" | "sentinel";

/** A text with a time, which two threads can read and write at any time without waiting for each other. */
export interface SharedText {
  /** Changes with each write of either thread. */
  readonly version: number;
  read(): SharedReading;
  /** `at` is in milliseconds since the epoch. Returns the version of this write. */
  write(text: string, at: number): number;
}

export interface SharedReading {
  readonly text: string;
  readonly at: number;
  readonly version: number;
}

/**
 * The two lowest bits of the first word select the slot that contains the text. The other bits count the
 * writes. To write, a thread fills one of its slots that is not current, and then exchanges the first
 * word. These exchanges define the order of writes for both threads. No thread waits for the other, so a
 * thread that ends or hangs during a write does not block the other.
 */
const SLOTS: Readonly<Record<Side, readonly [number, number]>> = { main: [0, 1], sentinel: [2, 3] };
const SLOT_COUNT = 4;
const SLOT_BITS = 2;
const SLOT_MASK = SLOT_COUNT - 1;

/** The time in two words, the length of the text, and its UTF-16 code units. */
const UNITS = 3;
const SLOT_SIZE = UNITS + MAX_SETTING_LENGTH;
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
      // A slot is overwritten only after another slot has become current.
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

/** The count wraps around after 2³⁰ writes. */
function toNext(current: number, slot: number): number {
  return ((((current >>> SLOT_BITS) + 1) << SLOT_BITS) | slot) >> 0;
}

// Uses Atomics for every word, because only atomic reads are never reordered with the read of the first word.
function readSlot(words: Int32Array, slot: number): Said {
  const start = 1 + slot * SLOT_SIZE;
  const at = Atomics.load(words, start) * WORD + (Atomics.load(words, start + 1) >>> 0);
  const length = Math.min(Atomics.load(words, start + 2), MAX_SETTING_LENGTH);
  const units = Array.from({ length }, (_, index) => Atomics.load(words, start + UNITS + index));
  return { text: String.fromCharCode(...units), at };
}

function writeSlot(words: Int32Array, slot: number, { text, at }: Said): void {
  const start = 1 + slot * SLOT_SIZE;
  const length = Math.min(text.length, MAX_SETTING_LENGTH);
  Atomics.store(words, start, Math.floor(at / WORD));
  Atomics.store(words, start + 1, at % WORD);
  Atomics.store(words, start + 2, length);
  for (let index = 0; index < length; index += 1)
    Atomics.store(words, start + UNITS + index, text.charCodeAt(index));
}
