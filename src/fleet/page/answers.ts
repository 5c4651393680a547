import { defaultProbe } from "../../core/probe.ts";
import { createReport } from "../../core/report.ts";
import { getProbeSeams } from "../../core/seams.ts";
import { toAddressBlock } from "../../http/address-block.ts";
import { createEventStream, createResponse, type StatusResponse } from "../../http/message.ts";
import { createPageFeed, type PageFeed } from "../../http/page/feed.ts";
import { createPendingPictures } from "../../http/page/pending.ts";
import { PAGE_HEADERS } from "../../http/page/render-document.ts";
import { createShares } from "../../http/shares.ts";
import { systemClock } from "../../util/clock.ts";
import { toAsciiJson } from "../../util/json-text.ts";
import type { OwnFleet } from "../create-fleet.ts";
import { type Axes, readHandlerAxes, readServiceAxes } from "../read/axes.ts";
import { parseChoice } from "./choice.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderFleetPage, renderFleetParts } from "./render-page.ts";
import { type FleetChoice, type FleetScene, type FleetSuffix, toQuery } from "./scene.ts";

/** Maximum number of pages with an event stream, and of their different views. Further pages poll. */
const MAX_FLEET_STREAMS = 1_000;
const MAX_FLEET_FEEDS = 50;

const STREAM_LIMITS = { total: MAX_FLEET_STREAMS, freeForAll: 500, share: 20 };

export interface FleetAnswersSetup {
  readonly fleet: OwnFleet;
  readonly path: string;
  readonly name: string;
  readonly instanceUrl: string;
  readonly onError: (error: unknown) => void;
}

/** Answers with the page of the fleet, in the requested format. */
export interface FleetAnswers {
  answer(suffix: FleetSuffix, query: string, remoteAddress: string | undefined): Promise<StatusResponse>;
}

export function createFleetAnswers({
  fleet,
  path,
  name,
  instanceUrl,
  onError,
}: FleetAnswersSetup): FleetAnswers {
  const feeds = new Map<string, PageFeed>();
  const pending = createPendingPictures();
  const streams = createShares(STREAM_LIMITS);
  const { closing } = getProbeSeams(defaultProbe);
  const lateMs = fleet.refreshMs + fleet.reader.prometheus.timeoutMs;

  function loadView({ service, at }: FleetChoice): Promise<FleetScene["view"]> {
    const when = at ? { at } : {};
    return service === undefined ? fleet.read(when) : fleet.readService(service, when);
  }

  async function loadScene(choice: FleetChoice): Promise<FleetScene> {
    const view = await loadView(choice);
    const turns = view.services.length === 0 ? NO_TURNS : await readTurns(choice, view.services.length);
    return { name, path, instanceUrl, choice, view, turns };
  }

  /** The states of services over time, or with one service, those of its handlers. */
  function readTurns({ service, at }: FleetChoice, count: number): Promise<Axes> {
    const { reader } = fleet;
    return fleet.turns.read(
      toQuery({ ...(service !== undefined && { service }), ...(at && { at }) }),
      (signal) => {
        const range = { to: at ?? new Date(), count, signal };
        if (service === undefined) return readServiceAxes(reader, range);
        return readHandlerAxes(
          { ...reader, selector: { ...reader.selector, [reader.service]: service } },
          range,
        );
      },
    );
  }

  function findFeed(choice: FleetChoice): PageFeed {
    const key = choice.service ?? "";
    const known = feeds.get(key);
    if (known !== undefined) return known;
    let scene: FleetScene | undefined;
    const feed = createPageFeed({
      // A feed expects a report. This report has no handlers, only a time.
      async read() {
        scene = await loadScene(choice);
        return createReport([], scene.view.at.getTime());
      },
      toPicture: () => (scene === undefined ? [] : renderFleetParts(scene)),
      listen: () => () => {},
      onError(error) {
        onError(error);
        return false;
      },
      onIdle: () => void feeds.delete(key),
      pending,
      closing,
      clock: systemClock,
    });
    feeds.set(key, feed);
    return feed;
  }

  function answerEvents(
    { service, at, ...filter }: FleetChoice,
    address: string | undefined,
  ): StatusResponse {
    const holder = toAddressBlock(address);
    const isFull = !streams.hasRoom(holder) || (!feeds.has(service ?? "") && feeds.size >= MAX_FLEET_FEEDS);
    if (at || isFull) return TOO_MANY;
    // All readers of a service share a feed. Their scripts apply the filters.
    const shared = { ...filter, text: "", states: [], ...(service !== undefined && { service }) };
    return createEventStream((cut) =>
      streams.hasRoom(holder)
        ? findFeed(shared).open({ report: undefined, cut, onEnd: streams.acquire(holder) })
        : { next: async () => undefined, cancel: () => {} },
    );
  }

  return {
    async answer(suffix, query, remoteAddress) {
      const choice = parseChoice(query);
      if (typeof choice === "string") return createResponse({ status: 400, body: `${choice}\n` });
      if (suffix === ".events") return answerEvents(choice, remoteAddress);
      if (suffix === ".json") return answerJson(await loadView(choice));
      const scene = await loadScene(choice);
      if (suffix === ".md")
        return createResponse({ status: 200, contentType: MARKDOWN, body: renderMarkdown(scene) });
      const now = choice.at?.getTime() ?? Date.now();
      return createResponse({
        status: 200,
        contentType: "text/html; charset=utf-8",
        body: renderFleetPage({ ...scene, now }, { lateMs }),
        headers: PAGE_HEADERS,
      });
    },
  };
}

function answerJson(view: FleetScene["view"]): StatusResponse {
  return createResponse({
    status: 200,
    contentType: "application/json",
    body: toAsciiJson(JSON.stringify(view)),
  });
}

const NO_TURNS: Axes = new Map();
const MARKDOWN = "text/markdown; charset=utf-8";
const TOO_MANY = createResponse({ status: 503, body: "too many open pages\n" });
