import type { Change } from "../../core/change.ts";
import type { Report } from "../../core/report.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import type { Listeners } from "../../util/listeners.ts";
import type { StatusStream } from "../message.ts";
import type { Picture } from "./delta.ts";
import { createNotedChanges } from "./noted-changes.ts";
import { createPace } from "./pace.ts";
import type { PendingPictures } from "./pending.ts";
import { createPictures } from "./pictures.ts";
import { createPageReader, type PageNews, type PageReader } from "./reader.ts";

/** Interval of the heartbeat on each stream. */
export const PAGE_HEARTBEAT_MS = 1_000;

/** Interval between checks while the page has readers. Changes in between are shown at once. */
export const PAGE_READ_EVERY_MS = 2_000;

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

export function createPageFeed(setup: FeedSetup): PageFeed {
  const { read, toPicture, listen, onError, onIdle, pending, closing, clock = systemClock } = setup;
  const readers = new Set<PageReader>();
  const pictures = createPictures();
  const noted = createNotedChanges();
  const pace = createPace(show, clock);
  let report: Report | undefined;
  /** When the current picture was read. */
  let at: Date | undefined;
  let isReading = false;
  let isStopped = false;
  let beats = 0;
  let stops: readonly (() => void)[] = [];

  function start(first: Report | undefined): void {
    stops = [listen(noteChange), startBeating(beat, clock), pace.stop, onIdle];
    report = first;
    if (report === undefined) void ask();
    else present(report);
  }

  function stop(): void {
    isStopped = true;
    for (const each of stops) each();
  }

  function beat(): void {
    beats += 1;
    if (beats % (PAGE_READ_EVERY_MS / PAGE_HEARTBEAT_MS) === 0) void ask();
    wakeAll();
  }

  function noteChange(change?: Change): void {
    if (change !== undefined) noted.note(change);
    pace.updateSoon();
  }

  function show(): void {
    if (report === undefined) return;
    if (present(report) && noted.outdate(report)) void ask();
  }

  function present(known: Report): boolean {
    try {
      const isNew = pictures.turnTo(toPicture(noted.applyWorse(known)));
      at = known.at;
      pace.pay(isNew ? pictures.toEvent(pictures.version - 1).byteLength * readers.size : 0);
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
    noted.beginRun();
    try {
      report = await read();
      noted.endRun();
      if (!isStopped) pace.updateSoon();
    } catch (error) {
      if (!isStopped) fail(error);
    } finally {
      isReading = false;
    }
  }

  function wakeAll(): void {
    for (const { wake } of [...readers]) wake();
  }

  return {
    open({ report: first, cut, onEnd }) {
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
    },
  };
}

/** Returns a function that ends the beats. */
function startBeating(beat: () => void, clock: Clock): () => void {
  let cancel = clock.startTimer(PAGE_HEARTBEAT_MS, beatAgain, { background: true });
  return () => cancel();

  function beatAgain(): void {
    cancel = clock.startTimer(PAGE_HEARTBEAT_MS, beatAgain, { background: true });
    beat();
  }
}
