import { defaultProbe } from "../../core/probe.ts";
import { createReport } from "../../core/report.ts";
import { getProbeSeams } from "../../core/seams.ts";
import { toAddressBlock } from "../../http/address-block.ts";
import { createEventStream, createResponse, type StatusResponse } from "../../http/message.ts";
import { type Picture, reuseParts } from "../../http/page/delta.ts";
import { createPageFeed, type PageFeed } from "../../http/page/feed.ts";
import { createPendingPictures } from "../../http/page/pending.ts";
import { createShares, type ShareLimits } from "../../http/shares.ts";
import { systemClock } from "../../util/clock.ts";
import { renderFleetParts } from "./render-page.ts";
import type { FleetChoice, FleetScene } from "./scene.ts";

/** Maximum number of pages with an event stream, and of their different views. Further pages poll. */
const MAX_FLEET_STREAMS = 1_000;
const MAX_FLEET_FEEDS = 50;

const STREAM_LIMITS: ShareLimits = { total: MAX_FLEET_STREAMS, freeForAll: 500, share: 20 };
export const FEED_LIMITS: ShareLimits = { total: MAX_FLEET_FEEDS, freeForAll: 40, share: 4 };

/** The updates of open pages. */
export interface FleetEvents {
  answer(choice: FleetChoice, address: string | undefined): StatusResponse;
}

export function createFleetEvents(
  loadScene: (choice: FleetChoice) => Promise<FleetScene>,
  onError: (error: unknown) => void,
): FleetEvents {
  const feeds = new Map<string, PageFeed>();
  const pending = createPendingPictures();
  const streams = createShares(STREAM_LIMITS);
  const feedShares = createShares(FEED_LIMITS);
  const { closing } = getProbeSeams(defaultProbe);

  function findFeed(choice: FleetChoice, holder: string): PageFeed {
    const key = choice.service ?? "";
    const known = feeds.get(key);
    if (known !== undefined) return known;
    const release = feedShares.acquire(holder);
    let picture: Picture = [];
    const feed = createPageFeed({
      // A feed expects a report. This report has no handlers, only a time.
      async read() {
        const scene = await loadScene(choice);
        picture = reuseParts(picture, renderFleetParts(scene));
        return createReport([], scene.view.at.getTime());
      },
      toPicture: () => picture,
      listen: () => () => {},
      onError(error) {
        onError(error);
        return false;
      },
      onIdle() {
        feeds.delete(key);
        release();
      },
      pending,
      closing,
      clock: systemClock,
    });
    feeds.set(key, feed);
    return feed;
  }

  return {
    answer({ service, at, ...filter }, address) {
      const holder = toAddressBlock(address);
      const hasRoom = (): boolean =>
        streams.hasRoom(holder) && (feeds.has(service ?? "") || feedShares.hasRoom(holder));
      if (at || !hasRoom()) return TOO_MANY;
      // All readers of a service share a feed. Their scripts apply the filters.
      const shared = { ...filter, text: "", states: [], ...(service !== undefined && { service }) };
      return createEventStream((cut) =>
        hasRoom()
          ? findFeed(shared, holder).open({ report: undefined, cut, onEnd: streams.acquire(holder) })
          : { next: async () => undefined, cancel: () => {} },
      );
    },
  };
}

const TOO_MANY = createResponse({ status: 503, body: "too many open pages\n" });
