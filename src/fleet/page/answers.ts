import { toAddressBlock } from "../../http/address-block.ts";
import { createResponse, type StatusResponse } from "../../http/message.ts";
import { PAGE_HEADERS } from "../../http/page/render-document.ts";
import { createShares } from "../../http/shares.ts";
import { toAsciiJson } from "../../util/json-text.ts";
import type { OwnFleet } from "../create-fleet.ts";
import { createInstanceReports, type InstanceChoice, type KeptReport } from "../details/instance-reports.ts";
import { readHandlerAxes, readServiceAxes } from "../read/axes.ts";
import type { Turns } from "../read-turns.ts";
import { READ_LIMITS } from "../views.ts";
import { parseChoice } from "./choice.ts";
import { createFleetEvents } from "./events.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderFleetPage } from "./render-page.ts";
import { type FleetChoice, type FleetScene, type FleetSuffix, toQuery } from "./scene.ts";

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

  async function loadScene(choice: FleetChoice, holder = ""): Promise<FleetScene> {
    const view = await loadView(choice);
    const rows: readonly unknown[] =
      choice.service === undefined
        ? view.services
        : view.services.flatMap((each) => ("handlers" in each ? each.handlers : []));
    const turns = rows.length === 0 ? NO_TURNS : await readTurns(choice, rows.length, holder);
    return toScene(choice, view, turns);
  }

  function toScene(choice: FleetChoice, view: FleetScene["view"], { axes, problem }: Turns): FleetScene {
    return { name, path, instanceUrl, choice, hasDetails, view, turns: axes, axesProblem: problem };
  }

  /** The states of services over time, or with one service, those of its handlers. */
  function readTurns({ service, at }: FleetChoice, count: number, holder: string): Promise<Turns> {
    const { reader, turns, pastTurns } = fleet;
    return (at ? pastTurns : turns).read(
      toQuery({ ...(service !== undefined && { service }), ...(at && { at }) }),
      holder,
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
    const scene = await loadScene(choice, holder);
    if (suffix === ".md")
      return createResponse({ status: 200, contentType: MARKDOWN, body: renderMarkdown(scene) });
    return answerPage({ ...scene, now: toNow(choice) }, lateMs);
  }

  const events = createFleetEvents((choice) => loadScene(choice), onError);
  const newViews = createShares(READ_LIMITS);
  return {
    async answer(suffix, query, remoteAddress) {
      const choice = parseChoice(query);
      if (typeof choice === "string") return createResponse({ status: 400, body: `${choice}\n` });
      const holder = toAddressBlock(remoteAddress);
      const isStream = suffix === ".events" && choice.instance === undefined;
      const toAnswer = async (): Promise<StatusResponse> =>
        isStream ? events.answer(choice, remoteAddress) : answerView(suffix, choice, holder);
      if (fleet.isKnown(choice) || (isStream && choice.at)) return toAnswer();
      if (!newViews.hasRoom(holder)) return TOO_MANY_VIEWS;
      const release = newViews.acquire(holder);
      // A stream reads its view later.
      if (!isStream) return toAnswer().finally(release);
      void loadView(choice).finally(release);
      return toAnswer();
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
const NO_TURNS: Turns = { axes: new Map() };
const MARKDOWN = "text/markdown; charset=utf-8";
const TOO_MANY_VIEWS = createResponse({ status: 503, body: "too many different views at once\n" });
const NO_DETAILS = createResponse({ status: 404, body: "no details of instances\n" });
