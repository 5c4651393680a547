import type { Change } from "../../core/change.ts";
import type { Report } from "../../core/report.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import type { Listeners } from "../../util/listeners.ts";
import { settleWithin } from "../../util/settle-within.ts";
import type { StatusStream } from "../message.ts";
import type { Picture } from "./delta.ts";
import { createLiveReport } from "./live-report.ts";
import { createPace } from "./pace.ts";
import type { PendingPictures } from "./pending.ts";
import { createPictures } from "./pictures.ts";
import { createPageReader, type PageNews, type PageReader } from "./reader.ts";

/** Interval of the heartbeat on each stream. */
export const PAGE_HEARTBEAT_MS = 1_000;

/** Interval between checks while the page has readers. Changes in between are shown at once. */
export const PAGE_READ_EVERY_MS = 2_000;

/** Maximum time that a change for the worse waits for the new result of its handler, and for those of its dependants. */
export const PAGE_SETTLE_MS = 10;

/** How long the last pictures stay after the last stream has ended by itself, because its reader opens another one. */
export const PAGE_RETURN_MS = 2_000;

export interface FeedSetup {
  /** Runs these handlers. Default: all handlers of the page. */
  readonly read: (names?: readonly string[]) => Promise<Report>;
  /** Unchanged parts stay the same objects. */
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
  /** The id of the last picture that the reader has. Default: none. */
  readonly seen?: string | undefined;
  /** Ends the response and discards unsent data. */
  readonly cut: () => void;
  /** Called once. */
  readonly onEnd: () => void;
}

export function createPageFeed(setup: FeedSetup): PageFeed {
  const { read, toPicture, listen, onError, onIdle, pending, closing, clock = systemClock } = setup;
  const readers = new Set<PageReader>();
  const pictures = createPictures();
  const pace = createPace(() => void show(), clock);
  const live = createLiveReport({
    read,
    onRead: () => isStopped || isSettling || pace.updateSoon(),
    onError: (error) => isStopped || fail(error),
  });
  let isStopped = false;
  let isSettling = false;
  let beats = 0;
  let stops: readonly (() => void)[] = [];
  let stopWaiting = (): void => {};

  function start(first: Report | undefined): void {
    stopWaiting();
    isStopped = false;
    stops = [listen(handleChange), startBeating(beat, clock), pace.stop];
    if (first === undefined) return void live.refresh();
    live.set(first);
    present();
  }

  function stop(mayReturn: boolean): void {
    isStopped = true;
    for (const each of stops) each();
    if (mayReturn) stopWaiting = clock.startTimer(PAGE_RETURN_MS, onIdle, { background: true });
    else onIdle();
  }

  function beat(): void {
    beats += 1;
    if (beats % (PAGE_READ_EVERY_MS / PAGE_HEARTBEAT_MS) === 0) void live.refresh();
    wakeAll();
  }

  function handleChange(change?: Change): void {
    if (change !== undefined) live.recordChange(change);
    pace.updateSoon();
  }

  /** Most handlers that changed answer at once, so that one picture shows the change and what follows from it. */
  async function show(): Promise<void> {
    isSettling = true;
    await settleWithin(live.refreshChanged(), PAGE_SETTLE_MS, { clock, background: true }).catch(() => {});
    isSettling = false;
    if (!isStopped) present();
  }

  function present(): void {
    try {
      const report = live.current;
      if (report === undefined) return;
      const isNew = pictures.turnTo(toPicture(report), report.at);
      pace.pay(isNew ? pictures.toEvent(pictures.version - 1).byteLength * readers.size : 0);
    } catch (error) {
      fail(error);
    } finally {
      wakeAll();
    }
  }

  function fail(error: unknown): void {
    if (onError(error)) for (const reader of [...readers]) reader.end();
  }

  function wakeAll(): void {
    for (const { wake } of [...readers]) wake();
  }

  return {
    open({ report: first, seen, cut, onEnd }) {
      if (readers.size === 0) start(first);
      const news = (): PageNews => ({ ...pictures, beats });
      const version = pictures.find(seen);
      const reader = createPageReader({ news, seen: version, clock, pending, closing, cut, onEnd: forget });
      readers.add(reader);
      return reader.stream;

      function forget(mayReturn: boolean): void {
        readers.delete(reader);
        if (readers.size === 0) stop(mayReturn);
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
