import { toAddressBlock } from "../../http/address-block.ts";
import { createResponse, type StatusResponse } from "../../http/message.ts";
import { PAGE_HEADERS } from "../../http/page/render-document.ts";
import { createShares, type ShareLimits } from "../../http/shares.ts";
import { toAsciiJson } from "../../util/json-text.ts";
import type { OwnFleet } from "../create-fleet.ts";
import { createInstanceReports, type InstanceChoice, type KeptReport } from "../details/instance-reports.ts";
import { type Axes, readHandlerAxes, readServiceAxes } from "../read/axes.ts";
import { MAX_READS } from "../views.ts";
import { parseChoice } from "./choice.ts";
import { createFleetEvents } from "./events.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderFleetPage } from "./render-page.ts";
import { type FleetChoice, type FleetScene, type FleetSuffix, toQuery } from "./scene.ts";

/** The views that are read at the same time and not in memory yet: a quarter is for other clients than the busiest. */
export const NEW_VIEW_LIMITS: ShareLimits = { total: MAX_READS, freeForAll: (3 * MAX_READS) / 4, share: 4 };

export interface FleetAnswersSetup {
  readonly fleet: OwnFleet;
  readonly path: string;
  readonly name: string;
  readonly instanceUrl: string;
  readonly details: { readonly hosts: readonly string[] };
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
  details: { hosts },
  onError,
}: FleetAnswersSetup): FleetAnswers {
  const hasDetails = hosts.length > 0;
  const reports = createInstanceReports({ ...fleet, hosts, instanceUrl });
  const lateMs = fleet.refreshMs + fleet.reader.prometheus.timeoutMs;

  function loadView({ service, at }: FleetChoice): Promise<FleetScene["view"]> {
    const when = at ? { at } : {};
    return service === undefined ? fleet.read(when) : fleet.readService(service, when);
  }

  async function loadScene(choice: FleetChoice): Promise<FleetScene> {
    const view = await loadView(choice);
    const rows: readonly unknown[] =
      choice.service === undefined
        ? view.services
        : view.services.flatMap((each) => ("handlers" in each ? each.handlers : []));
    const turns = rows.length === 0 ? NO_TURNS : await readTurns(choice, rows.length);
    return toScene(choice, view, turns);
  }

  function toScene(choice: FleetChoice, view: FleetScene["view"], turns: Axes): FleetScene {
    return { name, path, instanceUrl, choice, hasDetails, view, turns };
  }

  /** The states of services over time, or with one service, those of its handlers. */
  function readTurns({ service, at }: FleetChoice, count: number): Promise<Axes> {
    const { reader } = fleet;
    return fleet.turns.read(
      toQuery({ ...(service !== undefined && { service }), ...(at && { at }) }),
      (signal) => {
        const now = Date.now();
        const end = at?.getTime() ?? now;
        // The time after a moment in the past contains the next change.
        const to = new Date(Math.min(now, end + DAY_MS));
        const range = { from: new Date(end - DAY_MS), to, count, signal };
        if (service === undefined) return readServiceAxes(reader, range);
        return readHandlerAxes(
          { ...reader, selector: { ...reader.selector, [reader.service]: service } },
          range,
        );
      },
    );
  }

  async function answerInstance(
    suffix: FleetSuffix,
    choice: FleetChoice & InstanceChoice,
    holder: string,
  ): Promise<StatusResponse> {
    if (!hasDetails || suffix === ".md" || suffix === ".events") return NO_DETAILS;
    const [view, report] = await Promise.all([loadView(choice), reports.read(choice, holder)]);
    if (suffix === ".json") return answerJson(report);
    return answerPage({ ...toScene(choice, view, NO_TURNS), report, now: toNow(choice) }, lateMs);
  }

  async function answerView(
    suffix: FleetSuffix,
    choice: FleetChoice,
    holder: string,
  ): Promise<StatusResponse> {
    const { service, instance } = choice;
    if (service !== undefined && instance !== undefined)
      return answerInstance(suffix, { ...choice, service, instance }, holder);
    if (suffix === ".json") return answerJson(await loadView(choice));
    const scene = await loadScene(choice);
    if (suffix === ".md")
      return createResponse({ status: 200, contentType: MARKDOWN, body: renderMarkdown(scene) });
    return answerPage({ ...scene, now: toNow(choice) }, lateMs);
  }

  const events = createFleetEvents(loadScene, onError);
  const newViews = createShares(NEW_VIEW_LIMITS);
  return {
    async answer(suffix, query, remoteAddress) {
      const choice = parseChoice(query);
      if (typeof choice === "string") return createResponse({ status: 400, body: `${choice}\n` });
      if (suffix === ".events" && choice.instance === undefined) return events.answer(choice, remoteAddress);
      const holder = toAddressBlock(remoteAddress);
      if (fleet.isKnown(choice)) return answerView(suffix, choice, holder);
      if (!newViews.hasRoom(holder)) return TOO_MANY_VIEWS;
      const release = newViews.acquire(holder);
      return answerView(suffix, choice, holder).finally(release);
    },
  };
}

function toNow({ at }: FleetChoice): number {
  return at?.getTime() ?? Date.now();
}

function answerPage(scene: FleetScene, lateMs: number): StatusResponse {
  return createResponse({
    status: 200,
    contentType: "text/html; charset=utf-8",
    body: renderFleetPage(scene, { lateMs }),
    headers: PAGE_HEADERS,
  });
}

function answerJson(view: FleetScene["view"] | KeptReport): StatusResponse {
  return createResponse({
    status: 200,
    contentType: "application/json",
    body: toAsciiJson(JSON.stringify(view)),
  });
}

const DAY_MS = 86_400_000;
const NO_TURNS: Axes = new Map();
const MARKDOWN = "text/markdown; charset=utf-8";
const TOO_MANY_VIEWS = createResponse({ status: 503, body: "too many different views at once\n" });
const NO_DETAILS = createResponse({ status: 404, body: "no details of instances\n" });
