import type { FileHandle } from "node:fs/promises";
import type { Clock } from "../util/clock.ts";
import type { Line } from "./lines.ts";
import type { PendingLine } from "./pending-lines.ts";
import { isInPlace, type Segment } from "./segments.ts";

/** An open segment that the recorder appends to. */
export interface OpenSegment {
  readonly segment: Segment;
  readonly handle: FileHandle;
  /** Its size when it was opened. */
  readonly size: number;
  /** The next segment begins when this one is larger and has been written to. */
  readonly maxSize: number;
  /** An earlier process may have left its last line unfinished. */
  readonly isTorn: boolean;
}

export interface SegmentWriterSetup {
  readonly clock: Clock;
  /** Whether to call `fsync` after each batch. */
  readonly isSynced: boolean;
  /** Opens the first segment, or the one after `last`. Without `last`, opens the first one of a new chain. */
  readonly openSegment: (last: Segment | undefined) => Promise<OpenSegment>;
  /** Called with each written line, in order. */
  readonly onWritten: (line: Line) => void;
}

/** Writes to one segment after another. */
export interface SegmentWriter {
  /** Ensures that a segment is open. Rejects if it was deleted or moved; the next call begins a new one. */
  open(): Promise<void>;
  /** Returns the lines that were not written completely, and the error. */
  write(
    batch: readonly PendingLine[],
  ): Promise<{ readonly rest: readonly PendingLine[]; readonly error?: unknown }>;
  close(): Promise<void>;
  /** The open file, if a line can be appended to it directly. */
  readonly fd: number | undefined;
}

/** Ends a torn line. The blank line after it marks it as torn. */
const REPAIR = "\n\n";

const CHECK_MS = 1_000;
const CLOCK_TOLERANCE_MS = 1_000;

export function createSegmentWriter({
  clock,
  isSynced,
  openSegment,
  onWritten,
}: SegmentWriterSetup): SegmentWriter {
  let current: OpenSegment | undefined;
  let last: Segment | undefined;
  let size = 0;
  let hasWritten = false;
  let isTorn = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  let isClockSetBack = false;
  let checkedAt = Number.NEGATIVE_INFINITY;

  async function open(): Promise<void> {
    if (current === undefined) return openNext();
    // Times within a segment never decrease, even if the clock is set back.
    if (hasWritten && (size > current.maxSize || isClockSetBack)) return openNext();
    if (clock.monotonicNow() - checkedAt <= CHECK_MS) return;
    checkedAt = clock.monotonicNow();
    if (await isInPlace(current.segment, current.handle)) return;
    await close();
    last = undefined;
    throw new Error("the segment was deleted or moved, recording continues in a new one");
  }

  async function openNext(): Promise<void> {
    await close();
    current = await openSegment(last);
    last = current.segment;
    ({ size, isTorn } = current);
    hasWritten = false;
    isClockSetBack = false;
    checkedAt = clock.monotonicNow();
  }

  async function write(
    batch: readonly PendingLine[],
  ): Promise<{ readonly rest: readonly PendingLine[]; readonly error?: unknown }> {
    const repair = isTorn ? REPAIR : "";
    const bytes = Buffer.from(repair + batch.map(({ text }) => text).join(""));
    let written = 0;
    try {
      while (current !== undefined && written < bytes.length)
        written += (await current.handle.write(bytes, written)).bytesWritten;
      if (isSynced) await current?.handle.datasync();
      return { rest: settle(batch, written - repair.length) };
    } catch (error) {
      return { rest: settle(batch, written - repair.length), error };
    } finally {
      size += written;
      hasWritten = true;
    }
  }

  /** Lines that were not written completely are written again. */
  function settle(batch: readonly PendingLine[], written: number): readonly PendingLine[] {
    let end = 0;
    const rest = batch.filter(({ line, text }) => {
      end += Buffer.byteLength(text);
      if (end > written) return true;
      isClockSetBack ||= line.t < lastAt - CLOCK_TOLERANCE_MS;
      lastAt = line.t;
      onWritten(line);
      return false;
    });
    isTorn = rest.length > 0;
    return rest;
  }

  async function close(): Promise<void> {
    const before = current;
    current = undefined;
    await before?.handle.close();
  }

  return {
    open,
    write,
    close,
    get fd() {
      return isTorn ? undefined : current?.handle.fd;
    },
  };
}
