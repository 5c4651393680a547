import { writeSync } from "node:fs";
import type { Trouble } from "../util/trouble.ts";
import type { Line } from "./lines.ts";
import { createPendingLines } from "./pending-lines.ts";
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
  let following: Promise<void> | undefined;
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
    cancelTimer ??= clock.startTimer(delayMs, writeDue, { background: true });
  }

  function stopTimer(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  function writeDue(): void {
    cancelTimer = undefined;
    // Even if the disk hangs, the objects that the lines are built from are released.
    pending.make();
    if (writing === undefined) void start();
  }

  /** The batch in flight does not contain what was pushed last, but the one after it does. */
  function flush(): Promise<void> {
    pending.make();
    following ??= writing?.then(start);
    return following ?? start();
  }

  function start(): Promise<void> {
    stopTimer();
    following = undefined;
    writing = writeBatch().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  /** One batch: if lines come all the time, waiting until there are none would never end. */
  async function writeBatch(): Promise<void> {
    try {
      if (!pending.isEmpty) {
        writingSince = clock.monotonicNow();
        await writer.open();
        const { rest, error } = await writer.write(pending.removeAll());
        pending.restore(rest);
        if (error !== undefined) throw error;
      }
      retryMs = FIRST_RETRY_MS;
      trouble.worked();
      pending.make();
      if (!pending.isEmpty) return schedule(flushMs);
      const lost = pending.resetLost();
      if (lost > 0) onLost(lost);
    } catch (error) {
      trouble.failed(error);
      if (isClosed) return;
      stopTimer();
      schedule(retryMs);
      retryMs = Math.min(2 * retryMs, MAX_RETRY_MS);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    await flush();
    stopTimer();
    await writer.close().catch(trouble.failed);
  }

  function exit(): void {
    // If a write is still running, the disk may hang, and the process must end.
    if (writing !== undefined || writer.fd === undefined || pending.isEmpty) return;
    const lines = pending.removeAll();
    try {
      writeSync(writer.fd, lines.map(({ text }) => text).join(""));
    } catch (error) {
      trouble.failed(error);
    }
  }

  return { push: (line) => pushLater(() => line), pushLater, amend: pending.amend, flush, close, exit };
}

const SLOW = new Error("a write takes longer than 5 s");
