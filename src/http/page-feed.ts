import type { Change } from "../core/change.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { createReport, type Entry, type Report } from "../core/report.ts";
import { STATE_NUMBERS } from "../core/state.ts";
import type { StatusStream } from "./message.ts";
import { type Picture, toDelta, toNextPicture } from "./page-delta.ts";
import { createPageReader, type PageNews, type PageReader } from "./page-reader.ts";

/** How often each stream says that it is there. */
export const PAGE_HEARTBEAT_MS = 1_000;

/** How often the handlers are asked while somebody looks. Changes that are told in between are shown at once. */
export const PAGE_READ_EVERY_MS = 2_000;

/** What changes faster than this is shown together. */
export const PAGE_MIN_GAP_MS = 200;

export interface FeedSetup {
  /** Asks the handlers. */
  readonly read: () => Promise<Report>;
  readonly toPicture: (report: Report) => Picture;
  /** Tells each change of a handler, and of whatever else is in the picture. Returns the function that ends it. */
  readonly listen: (onChange: (change?: Change) => void) => () => void;
  /** Told of a report that could not be read. `true`: there will be none any more. */
  readonly onError: (error: unknown) => boolean;
  readonly onIdle: () => void;
  readonly clock?: Clock;
}

/** The news for all who look at the same page. It works only while somebody does. */
export interface PageFeed {
  /** A stream of its own for each reader. The report spares the first one the wait; `onEnd` is called once. */
  open(report: Report, onEnd: () => void): StatusStream;
}

interface NotedChange {
  readonly change: Change;
  readonly round: number;
}

export function createPageFeed(setup: FeedSetup): PageFeed {
  const { read, toPicture, listen, onError, onIdle, clock = systemClock } = setup;
  const readers = new Set<PageReader>();
  let stopListening = (): void => {};
  let report: Report | undefined;
  let picture: Picture = [];
  /** What was told since a question began: the answer to it may be older. */
  const changes = new Map<string, NotedChange>();
  /** Counts the questions: a change belongs to the one that was asked last. */
  let round = 0;
  let isReading = false;
  let beats = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  let cancelBeat = (): void => {};
  let cancelShow: (() => void) | undefined;
  const deltas = new WeakMap<Picture, { readonly to: Picture; readonly text: string }>();

  function start(first: Report): void {
    report = first;
    picture = toPicture(first);
    stopListening = listen(noteChange);
    cancelBeat = clock.startTimer(PAGE_HEARTBEAT_MS, beat, { background: true });
  }

  function stop(): void {
    stopListening();
    cancelBeat();
    cancelShow?.();
    cancelShow = undefined;
    report = undefined;
    picture = [];
    changes.clear();
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

  /** The first of many changes is shown at once, the others together. */
  function showSoon(): void {
    const waitMs = shownAt + PAGE_MIN_GAP_MS - clock.monotonicNow();
    cancelShow ??= clock.startTimer(Math.max(0, waitMs), show, { background: true });
  }

  function show(): void {
    cancelShow?.();
    cancelShow = undefined;
    shownAt = clock.monotonicNow();
    if (report === undefined) return;
    try {
      present(report);
    } catch (error) {
      fail(error);
    }
    if (report !== undefined && isOutdated(report)) void ask();
  }

  function present(known: Report): void {
    picture = toNextPicture(picture, toPicture(withWorse(known, changes)));
    wakeAll();
  }

  function fail(error: unknown): void {
    if (onError(error)) for (const reader of [...readers]) reader.end();
  }

  async function ask(): Promise<void> {
    if (isReading) return;
    isReading = true;
    round += 1;
    try {
      const asked = await read();
      if (report === undefined) return;
      report = asked;
      for (const [name, noted] of changes) if (noted.round < round) changes.delete(name);
      present(asked);
      if (isOutdated(asked)) showSoon();
    } catch (error) {
      fail(error);
    } finally {
      isReading = false;
    }
  }

  /** Whether a handler has changed after it was asked for this report. What the question itself changed is in it. */
  function isOutdated({ entries }: Report): boolean {
    return entries.some((entry) => {
      const noted = changes.get(entry.name);
      return noted?.round === round && isNewer(noted.change, entry);
    });
  }

  function wakeAll(): void {
    for (const { wake } of [...readers]) wake();
  }

  function toEvent(from: Picture): string {
    const known = deltas.get(from);
    if (known?.to === picture) return known.text;
    const text = `event: picture\ndata: ${toDelta(from, picture)}\n\n`;
    deltas.set(from, { to: picture, text });
    return text;
  }

  function open(first: Report, onEnd: () => void): StatusStream {
    if (readers.size === 0) start(first);
    const news = (): PageNews => ({ picture, at: report?.at ?? first.at, beats, toEvent });
    const reader = createPageReader({ news, clock, onEnd: forget });
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

/** A handler that is worse than when it was asked is shown at once; one that is better, when it is asked again. */
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
