import { writeSync } from "node:fs";
import type { Trouble } from "../util/trouble.ts";
import type { Line } from "./lines.ts";
import { createPendingLines, type PendingLine } from "./pending-lines.ts";
import { createSegmentWriter, type SegmentWriterSetup } from "./segment-writer.ts";

export interface JournalSetup extends SegmentWriterSetup {
  readonly flushMs: number;
  readonly trouble: Trouble;
  /** Called after lines were dropped, when there is space again. */
  readonly onLost: (lines: number) => void;
}

/** Writes lines in batches, at most one at a time. Never throws, and never delays the caller. */
export interface Journal {
  push(line: Line): void;
  /** As `push`, for a line that is expensive to build: the journal builds it later, without delaying the caller. */
  pushLater(toLine: () => Line): void;
  /** Replaces lines that are not written yet. */
  amend(toAmended: (line: Line) => Line): void;
  /** Resolves when everything that was pushed before is written, or when writing has failed. */
  flush(): Promise<void>;
  /** Writes the remaining lines and closes the file. */
  close(): Promise<void>;
  /** Writes the remaining lines synchronously, when the process exits. */
  exit(): void;
}

const SLOW_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

export function createJournal(setup: JournalSetup): Journal {
  const { clock, flushMs, trouble, onLost } = setup;
  const pending = createPendingLines();
  const writer = createSegmentWriter(setup);
  let retryMs = FIRST_RETRY_MS;
  let writing: Promise<void> | undefined;
  let writingSince = 0;
  let cancelTimer: (() => void) | undefined;
  let isClosed = false;

  function pushLater(toLine: () => Line): void {
    if (isClosed) return;
    if (writing !== undefined && clock.monotonicNow() - writingSince > SLOW_MS) trouble.failed(SLOW);
    pending.push(toLine);
    schedule(flushMs);
  }

  function schedule(delayMs: number): void {
    cancelTimer ??= clock.startTimer(delayMs, () => void flush(), { background: true });
  }

  function flush(): Promise<void> {
    cancelTimer?.();
    cancelTimer = undefined;
    // Even if the disk hangs, the objects that the lines are built from are released.
    pending.make();
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  /** Lines that are pushed meanwhile are written too. */
  async function writeAll(): Promise<void> {
    try {
      while (!pending.isEmpty) {
        writingSince = clock.monotonicNow();
        await writer.open();
        await write(pending.removeAll());
      }
      retryMs = FIRST_RETRY_MS;
      trouble.worked();
      const lost = pending.resetLost();
      if (lost > 0) onLost(lost);
    } catch (error) {
      trouble.failed(error);
      if (isClosed) return;
      schedule(retryMs);
      retryMs = Math.min(2 * retryMs, MAX_RETRY_MS);
    }
  }

  async function write(batch: readonly PendingLine[]): Promise<void> {
    const { rest, error } = await writer.write(batch);
    pending.restore(rest);
    if (error !== undefined) throw error;
  }

  async function close(): Promise<void> {
    isClosed = true;
    await flush();
    cancelTimer?.();
    await writer.close().catch(trouble.failed);
  }

  function exit(): void {
    // If a write is still running, the disk may hang, and the process must end.
    if (writing !== undefined || writer.fd === undefined || pending.isEmpty) return;
    try {
      writeSync(
        writer.fd,
        pending
          .removeAll()
          .map(({ text }) => text)
          .join(""),
      );
    } catch (error) {
      trouble.failed(error);
    }
  }

  return { push: (line) => pushLater(() => line), pushLater, amend: pending.amend, flush, close, exit };
}

const SLOW = new Error("a write takes longer than 5 s");
