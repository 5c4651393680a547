import type { Change } from "../core/change.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { describeError } from "../core/describe-error.ts";
import { UnknownHandlerError } from "../core/errors.ts";
import { log } from "../core/logger.ts";
import type { StatusRegistry } from "../core/registry.ts";
import type { Report } from "../core/report.ts";
import type { PageSource, PageView } from "../formats/page/page-model.ts";
import type { ChangesRenderer } from "../formats/page/render-changes.ts";
import { renderParts } from "../formats/page/render-page.ts";
import { createEventStream, createResponse, type StatusResponse, type StatusStream } from "./message.ts";
import { createPageFeed, type PageFeed } from "./page-feed.ts";
import { createPendingPictures } from "./page-pending.ts";

/** So many pages may be kept up to date at the same time. Further ones ask again and again instead. */
export const MAX_PAGE_STREAMS = 1_000;

/**
 * So many choices of handlers (`?name=A&name=B`) are kept up to date at the same time: each costs questions and
 * memory of its own. The page of all handlers is not among them. Who makes another choice asks again and again.
 */
export const MAX_NAMED_FEEDS = 20;

export interface PageEventsSetup {
  readonly registry: StatusRegistry;
  readonly source: PageSource;
  readonly changes: ChangesRenderer;
  readonly clock?: Clock;
}

/** Answers with the news of a page. `ask` gives the report to begin with, where nobody looks at this page yet. */
export type AnswerPageEvents = (view: PageView, ask: () => Promise<Report>) => Promise<StatusResponse>;

/** All who see the same share one feed: 200 open pages ask the handlers no more often than one. */
export function createPageEvents(setup: PageEventsSetup): AnswerPageEvents {
  const { registry, source, changes, clock = systemClock } = setup;
  const feeds = new Map<string, PageFeed>();
  const pending = createPendingPictures();
  let streams = 0;
  let namedFeeds = 0;

  function hasRoom(view: PageView): boolean {
    if (streams >= MAX_PAGE_STREAMS) return false;
    return view.names.length === 0 || feeds.has(toKey(view)) || namedFeeds < MAX_NAMED_FEEDS;
  }

  function findFeed(view: PageView): PageFeed {
    const key = toKey(view);
    const feed = feeds.get(key) ?? createFeed(view);
    feeds.set(key, feed);
    return feed;
  }

  function createFeed(view: PageView): PageFeed {
    const counted = view.names.length === 0 ? 0 : 1;
    namedFeeds += counted;
    return createPageFeed({
      read: () =>
        registry.getReport({ background: true, ...(view.names.length > 0 && { names: view.names }) }),
      toPicture: (report) => renderParts({ source, view, report, changes }),
      listen,
      onError,
      onIdle() {
        feeds.delete(toKey(view));
        namedFeeds -= counted;
      },
      pending,
      clock,
    });
  }

  function listen(onChange: (change?: Change) => void): () => void {
    const stops = [registry.on("change", onChange), source.probe.on("change", () => onChange())];
    return function stopListening() {
      for (const stop of stops) stop();
    };
  }

  function onError(error: unknown): boolean {
    if (error instanceof UnknownHandlerError) return true;
    log(registry.logger, "error", `the news of the status page failed: ${describeError(error)}`);
    return false;
  }

  function open(view: PageView, report: Report | undefined, cut: () => void): StatusStream {
    if (!hasRoom(view)) return ENDED;
    streams += 1;
    return findFeed(view).open({ report, cut, onEnd });
  }

  function onEnd(): void {
    streams -= 1;
  }

  return async function answerPageEvents(view, ask) {
    if (!hasRoom(view)) return TOO_MANY;
    const report = feeds.has(toKey(view)) ? undefined : await ask();
    return createEventStream((cut) => open(view, report, cut));
  };
}

const TOO_MANY = createResponse({ status: 503, body: "too many open pages\n" });

/** For those who asked when there was room, and were answered when there was none. */
const ENDED: StatusStream = { next: async () => undefined, cancel: () => {} };

/** The report is the same in whatever order its handlers are named, and how often. */
function toKey({ details, controls, names }: PageView): string {
  return JSON.stringify([details, controls, [...new Set(names)].sort()]);
}
