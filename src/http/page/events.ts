import type { Change } from "../../core/change.ts";
import { UnknownHandlerError } from "../../core/errors.ts";
import type { StatusRegistry } from "../../core/registry/registry.ts";
import type { Report } from "../../core/report.ts";
import { getHeld, getProbeSeams } from "../../core/seams.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import { createTrouble } from "../../util/trouble.ts";
import { toAddressBlock } from "../address-block.ts";
import { createEventStream, createResponse, type StatusResponse, type StatusStream } from "../message.ts";
import { createShares, type ShareLimits } from "../shares.ts";
import { createPageFeed, type PageFeed, type ReaderSetup } from "./feed.ts";
import type { PageSource, PageView } from "./page-model.ts";
import type { PastReader } from "./past-turns.ts";
import { createPendingPictures } from "./pending.ts";
import type { ChangesRenderer } from "./render-changes.ts";
import { createPartsRenderer } from "./render-page.ts";

/** Maximum number of pages with an event stream. Further pages poll instead. */
export const MAX_PAGE_STREAMS = 1_000;

/** Up to this number of streams, addresses have no limit, because behind a proxy all readers share its address. */
export const UNSHARED_PAGE_STREAMS = 500;

/** Maximum per address above that number, so that one client cannot take all streams. */
export const MAX_PAGE_STREAMS_OF_ADDRESS = 20;

/**
 * Maximum number of selections of handlers with a feed: names (`?name=A&name=B`), or a filter of a page that lists only
 * some. Each feed costs checks and memory. The page of all handlers does not count. Pages with other selections poll.
 */
export const MAX_NAMED_FEEDS = 20;

/** Up to this number of feeds for selections of handlers, addresses have no limit. */
export const UNSHARED_NAMED_FEEDS = 10;

/** Maximum per address above that number. */
export const MAX_NAMED_FEEDS_OF_ADDRESS = 2;

export interface PageEventsSetup {
  readonly registry: StatusRegistry;
  readonly source: PageSource;
  readonly changes: ChangesRenderer;
  /** The recorded states. Default: none. */
  readonly pastReader?: PastReader;
  readonly clock?: Clock;
}

/** A client that reads the updates of a page. */
export interface PageClient {
  readonly remoteAddress?: string | undefined;
  /** The id of the last picture that it has. Default: none. */
  readonly seen?: string | undefined;
}

/**
 * Answers a request with the event stream of a page. Calls `loadReport` for the first report if the page has no
 * readers yet.
 */
export type AnswerPageEvents = (
  view: PageView,
  loadReport: () => Promise<Report>,
  client?: PageClient,
) => Promise<StatusResponse>;

/** Readers with the same view share one feed: 200 open pages check the handlers no more often than one. */
export function createPageEvents(setup: PageEventsSetup): AnswerPageEvents {
  const { registry, source, changes, pastReader, clock = systemClock } = setup;
  const feeds = new Map<string, PageFeed>();
  const { closing } = getProbeSeams(source.probe);
  const pending = createPendingPictures();
  const trouble = createTrouble({
    event: "page-updates",
    what: "updating the status pages failed",
    getLogger: () => registry.logger,
    clock,
  });
  const streams = createShares(STREAM_LIMITS);
  const namedFeeds = createShares(NAMED_FEED_LIMITS);

  function hasRoom(view: PageView, holder: string): boolean {
    if (!streams.hasRoom(holder)) return false;
    return isForAll(view) || feeds.has(toKey(view)) || namedFeeds.hasRoom(holder);
  }

  function findFeed(view: PageView, holder: string): PageFeed {
    const key = toKey(view);
    const feed = feeds.get(key) ?? createFeed(view, holder);
    feeds.set(key, feed);
    return feed;
  }

  function createFeed(view: PageView, holder: string): PageFeed {
    const releaseFeed = isForAll(view) ? undefined : namedFeeds.acquire(holder);
    const renderParts = createPartsRenderer();
    return createPageFeed({
      read: (some) => read(view, some),
      toPicture: (report) =>
        renderParts({
          source,
          view,
          report,
          changes,
          held: getHeld(registry),
          past: pastReader?.get(view.span),
          ...(view.filter && { filter: view.filter }),
        }),
      listen,
      onError,
      onIdle() {
        feeds.delete(toKey(view));
        releaseFeed?.();
      },
      pending,
      closing,
      clock,
    });
  }

  /** If one of some handlers was removed meanwhile, runs all handlers. */
  async function read({ names }: PageView, some?: readonly string[]): Promise<Report> {
    const all = names.length > 0 ? { names, background: true } : { background: true };
    if (some === undefined) return registry.getReport(all);
    try {
      return await registry.getReport({ names: some, background: true });
    } catch (error) {
      if (!(error instanceof UnknownHandlerError)) throw error;
      return registry.getReport(all);
    }
  }

  function listen(onChange: (change?: Change) => void): () => void {
    const stops = [registry.on("change", onChange), source.probe.on("change", () => onChange())];
    return function stopListening() {
      for (const stop of stops) stop();
    };
  }

  function onError(error: unknown): boolean {
    if (error instanceof UnknownHandlerError) return true;
    trouble.failed(error);
    return false;
  }

  function open(view: PageView, holder: string, setup: Omit<ReaderSetup, "onEnd">): StatusStream {
    if (!hasRoom(view, holder)) return ENDED;
    return findFeed(view, holder).open({ ...setup, onEnd: streams.acquire(holder) });
  }

  return async function answerPageEvents(view, loadReport, { remoteAddress, seen } = {}) {
    const holder = toAddressBlock(remoteAddress);
    if (!hasRoom(view, holder)) return TOO_MANY;
    const report = feeds.has(toKey(view)) ? undefined : await loadReport();
    return createEventStream((cut) => open(view, holder, { report, seen, cut }));
  };
}

const STREAM_LIMITS: ShareLimits = {
  total: MAX_PAGE_STREAMS,
  freeForAll: UNSHARED_PAGE_STREAMS,
  share: MAX_PAGE_STREAMS_OF_ADDRESS,
};
const NAMED_FEED_LIMITS: ShareLimits = {
  total: MAX_NAMED_FEEDS,
  freeForAll: UNSHARED_NAMED_FEEDS,
  share: MAX_NAMED_FEEDS_OF_ADDRESS,
};

const TOO_MANY = createResponse({ status: 503, body: "too many open pages\n" });

/**
 * The stream for a request that was accepted while a place was free, if none is free when the stream starts.
 */
const ENDED: StatusStream = { next: async () => undefined, cancel: () => {} };

/** Whether all readers without a selection share the feed of a view. */
function isForAll({ names, filter }: PageView): boolean {
  return names.length === 0 && filter === undefined;
}

/** Normalizes the names: their order and duplicates do not change the report. */
function toKey({ details, controls, seesWho, names, span, filter }: PageView): string {
  return JSON.stringify([details, controls, seesWho, [...new Set(names)].sort(), span, filter]);
}
