import type { Change } from "../../core/change.ts";
import { createReport, type Entry, type Report } from "../../core/report.ts";
import { STATE_NUMBERS } from "../../core/state.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import type { Listeners } from "../../util/listeners.ts";
import type { StatusStream } from "../message.ts";
import type { Picture } from "./delta.ts";
import type { PendingPictures } from "./pending.ts";
import { createPictures } from "./pictures.ts";
import { createPageReader, type PageNews, type PageReader } from "./reader.ts";

/** Interval of the heartbeat on each stream. */
export const PAGE_HEARTBEAT_MS = 1_000;

/** Interval between checks while the page has readers. Changes in between are shown at once. */
export const PAGE_READ_EVERY_MS = 2_000;

/** Minimum time between updates. Changes within it are sent together. */
export const PAGE_MIN_GAP_MS = 200;

/** Maximum rate for all readers together. To stay below it, the feed waits longer between updates. */
export const PAGE_BYTES_PER_S = 20_000_000;

/** Maximum time between updates, even if they exceed that rate. */
export const PAGE_MAX_GAP_MS = 3_000;

export interface FeedSetup {
  /** Runs the handlers. */
  readonly read: () => Promise<Report>;
  readonly toPicture: (report: Report) => Picture;
  /**
   * Subscribes to changes of handlers and of other parts of the picture. Returns a function that
   * unsubscribes.
   */
  readonly listen: (onChange: (change?: Change) => void) => () => void;
  /** Called if a report fails. Returns `true` if no further report will succeed. */
  readonly onError: (error: unknown) => boolean;
  readonly onIdle: () => void;
  readonly pending: PendingPictures;
  /** Called when the servers close. */
  readonly closing: Listeners<void>;
  readonly clock?: Clock;
}

/** The updates for all readers of one page. Runs only while there are readers. */
export interface PageFeed {
  /** Opens a separate stream for each reader. */
  open(reader: ReaderSetup): StatusStream;
}

export interface ReaderSetup {
  /** The report for the first reader, so that it need not wait for the next run. */
  readonly report: Report | undefined;
  /** Ends the response and discards unsent data. */
  readonly cut: () => void;
  /** Called once. */
  readonly onEnd: () => void;
}

interface NotedChange {
  readonly change: Change;
  readonly round: number;
}

export function createPageFeed(setup: FeedSetup): PageFeed {
  const { read, toPicture, listen, onError, onIdle, pending, closing, clock = systemClock } = setup;
  const readers = new Set<PageReader>();
  const pictures = createPictures();
  let stopListening = (): void => {};
  let report: Report | undefined;
  /** When the current picture was read. */
  let at: Date | undefined;
  /** Changes since the last run began: its report may be older. */
  const changes = new Map<string, NotedChange>();
  /** Counts the runs. A change belongs to the run that started last. */
  let round = 0;
  let isReading = false;
  let isStopped = false;
  let beats = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  let gapMs = PAGE_MIN_GAP_MS;
  let cancelBeat = (): void => {};
  let cancelShow: (() => void) | undefined;

  function start(first: Report | undefined): void {
    stopListening = listen(noteChange);
    cancelBeat = clock.startTimer(PAGE_HEARTBEAT_MS, beat, { background: true });
    report = first;
    if (report === undefined) void ask();
    else present(report);
  }

  function stop(): void {
    isStopped = true;
    stopListening();
    cancelBeat();
    cancelShow?.();
    onIdle();
  }

  function beat(): void {
    beats += 1;
    cancelBeat = clock.startTimer(PAGE_HEARTBEAT_MS, beat, { background: true });
    if (beats % (PAGE_READ_EVERY_MS / PAGE_HEARTBEAT_MS) === 0) void ask();
    wakeAll();
  }

  function noteChange(change?: Change): void {
    if (change !== undefined) changes.set(change.name, { change, round });
    showSoon();
  }

  /** Sends the first of many changes at once and the others together. */
  function showSoon(): void {
    const waitMs = shownAt + gapMs - clock.monotonicNow();
    cancelShow ??= clock.startTimer(Math.max(0, waitMs), show, { background: true });
  }

  function show(): void {
    cancelShow?.();
    cancelShow = undefined;
    shownAt = clock.monotonicNow();
    if (report === undefined) return;
    if (present(report) && isOutdated(report)) void ask();
  }

  function present(known: Report): boolean {
    try {
      const isNew = pictures.turnTo(toPicture(withWorse(known, changes)));
      at = known.at;
      gapMs = isNew
        ? toGapMs(pictures.toEvent(pictures.version - 1).byteLength * readers.size)
        : PAGE_MIN_GAP_MS;
      return true;
    } catch (error) {
      fail(error);
      return false;
    } finally {
      wakeAll();
    }
  }

  function fail(error: unknown): void {
    if (onError(error)) for (const reader of [...readers]) reader.end();
  }

  async function ask(): Promise<void> {
    if (isReading) return;
    isReading = true;
    round += 1;
    try {
      report = await read();
      for (const [name, noted] of changes) if (noted.round < round) changes.delete(name);
      if (!isStopped) showSoon();
    } catch (error) {
      if (!isStopped) fail(error);
    } finally {
      isReading = false;
    }
  }

  /** Whether a handler changed after this report checked it. Changes by the run itself are in the report. */
  function isOutdated({ entries }: Report): boolean {
    return entries.some((entry) => {
      const noted = changes.get(entry.name);
      return noted?.round === round && isNewer(noted.change, entry);
    });
  }

  function wakeAll(): void {
    for (const { wake } of [...readers]) wake();
  }

  function open({ report: first, cut, onEnd }: ReaderSetup): StatusStream {
    if (readers.size === 0) start(first);
    const news = (): PageNews => ({ version: pictures.version, at, beats, toEvent: pictures.toEvent });
    const reader = createPageReader({ news, clock, pending, closing, cut, onEnd: forget });
    readers.add(reader);
    return reader.stream;

    function forget(): void {
      readers.delete(reader);
      if (readers.size === 0) stop();
      onEnd();
    }
  }

  return { open };
}

/** The time between updates that keeps the rate below the maximum, within the limits for that time. */
function toGapMs(bytes: number): number {
  const paidMs = (bytes / PAGE_BYTES_PER_S) * 1_000;
  return Math.min(PAGE_MAX_GAP_MS, Math.max(PAGE_MIN_GAP_MS, paidMs));
}

/** Applies changes for the worse at once. Changes for the better wait for the next run. */
function withWorse(report: Report, changes: ReadonlyMap<string, NotedChange>): Report {
  const entries = report.entries.map((entry) => {
    const change = changes.get(entry.name)?.change;
    const isBetter = change && STATE_NUMBERS[change.to] < STATE_NUMBERS[entry.status.state];
    return change === undefined || isBetter || !isNewer(change, entry) ? entry : toChanged(entry, change);
  });
  return createReport(entries, report.at.getTime());
}

function toChanged({ reason: _, ...entry }: Entry, { status, at, reason }: Change): Entry {
  return { ...entry, status, rawStatus: status, since: at, checkedAt: at, ...(reason && { reason }) };
}

function isNewer(change: Change, entry: Entry): boolean {
  return change.at > entry.checkedAt;
}
