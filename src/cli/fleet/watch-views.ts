import { OK, YELLOW } from "../../core/state.ts";
import { describeInstances, describeService, findEffects, toTitle } from "../../fleet/describe.ts";
import type { FleetView } from "../../fleet/read/reader.ts";
import type { FleetHandler, FleetInstance, ServiceDetail } from "../../fleet/read/service-detail.ts";
import { toKey } from "../../fleet/read/view.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import type { HandlerStatus } from "../client/service-status.ts";
import { toWord } from "../watch/list.ts";
import {
  createServiceView,
  NO_ANSWER,
  type ServiceView,
  toFailed,
  type ViewChange,
} from "../watch/service-view.ts";

/** Maximum number of services that are shown although Prometheus no longer has them. */
export const MAX_VANISHED = 100;

/** The number of the line of Prometheus itself, which is there while it does not answer. */
const PROMETHEUS = 0;

export interface Changed {
  readonly id: number;
  readonly where: string;
  readonly changes: readonly ViewChange[];
}

/** The lines of a fleet. A service keeps its number while its place in the order changes. */
export interface FleetViews {
  readonly views: readonly ServiceView[];
  /** Applies an answer of Prometheus. `details` are services whose handlers are all known. */
  update(answer: FleetView<ServiceDetail>, details: readonly ServiceDetail[]): readonly Changed[];
  /** The key of the service with this number. */
  find(id: number): string | undefined;
}

/** @param prometheus The address of Prometheus, safe to show. */
export function createFleetViews(prometheus: string): FleetViews {
  let known = new Map<string, ServiceView & { readonly id: number }>();
  const unknownSource: ServiceView = { ...createServiceView(prometheus), id: PROMETHEUS };
  let source = unknownSource;
  let lastId = PROMETHEUS;

  function toViews(answer: FleetView<ServiceDetail>, details: readonly ServiceDetail[]): typeof known {
    const effects = findEffects(answer.services);
    const complete = new Map(details.map((detail) => [toKey(detail), detail]));
    const times = { now: performance.now(), at: Date.now() };
    const views: typeof known = new Map();
    for (const service of answer.services) {
      const key = toKey(service);
      const before = known.get(key);
      if (before === undefined) lastId += 1;
      const id = before?.id ?? lastId;
      const summary = describeService(service, effects).join("; ");
      const present = { id, where: toTitle(service), summary, answer };
      views.set(key, toView(complete.get(key) ?? service, before, present, times));
    }
    const vanished = [...known].filter(([key]) => !views.has(key));
    const failure = answer.services.length > 0 ? "Prometheus no longer has it" : answer.problems.join("; ");
    for (const [key, before] of vanished.slice(-MAX_VANISHED))
      views.set(key, toFailed(before, failure, times.now));
    return views;
  }

  return {
    get views() {
      const views = [...known.values()];
      return source.failure === undefined || views.length === 1 ? views : [source, ...views];
    },
    update(answer, details) {
      const isAway = answer.isStale === true || answer.services.length === 0;
      const before = { known, source };
      known = toViews(answer, details);
      source = isAway
        ? toFailed(source, answer.problems.join("; "), performance.now())
        : { ...unknownSource, state: OK };
      return [
        { id: PROMETHEUS, where: prometheus, changes: toSourceChanges(before.source, source) },
        ...Array.from(known, ([key, view]) => ({
          id: view.id,
          where: view.where,
          changes: toChanges(before.known.get(key), view),
        })),
      ].filter(({ changes }) => changes.length > 0);
    },
    find: (id) => [...known].find(([, view]) => view.id === id)?.[0],
  };
}

interface Present {
  readonly id: number;
  readonly where: string;
  readonly summary: string;
  readonly answer: FleetView;
}

function toView(
  service: ServiceDetail,
  before: ServiceView | undefined,
  { id, where, summary, answer }: Present,
  { now, at }: { readonly now: number; readonly at: number },
): ServiceView & { readonly id: number } {
  const { since, evaluatedAt, state } = service;
  const fleet = {
    since: since && now - (at - since.getTime()),
    summary: [...(summary === "" ? [] : [summary]), `${service.instances.targets} instances`].join("; "),
    facts: [describeInstances(service)],
    instances: service.problems.map(describeProblem),
  };
  const handlers = service.handlers.map((handler) => toHandler(handler, at));
  const view = { id, where, state, handlers, fleet, answeredAt: now, changedAt: new Map(), instances: [] };
  const age = toElapsedText(answer.at.getTime() - (evaluatedAt ?? answer.at).getTime());
  const failure = answer.isStale
    ? answer.problems.join("; ")
    : state === "UNKNOWN"
      ? `no recent state, rules evaluated ${age} ago`
      : undefined;
  if (failure !== undefined)
    return { ...toFailed(before ?? { ...view, state: undefined }, failure, now), id };
  const changes = toHandlerChanges(before, view);
  const changedAt = new Map([
    ...[...(before?.changedAt ?? [])].filter(([name]) => handlers.some((each) => each.name === name)),
    ...(before === undefined ? [] : changes.map(({ name }): [string, number] => [name, now])),
  ]);
  return { ...view, changedAt };
}

function toHandler(
  { name, state, since, instances, root, critical }: FleetHandler,
  at: number,
): HandlerStatus {
  const counts = (["RED", "YELLOW", "OK"] as const).filter((each) => instances[each] > 0);
  return {
    name,
    state: state === "UNKNOWN" ? YELLOW : state,
    detail: [
      counts.map((each) => `${instances[each]} ${each}`).join(", "),
      ...(critical ? [] : ["not critical"]),
      ...(root === undefined ? [] : [`root: ${root}`]),
    ].join("; "),
    labels: [],
    forMs: since && at - since.getTime(),
  };
}

function describeProblem({ name, problem, handler }: FleetInstance): string {
  return `${name}  ${problem}${handler === undefined ? "" : `  ${handler}`}`;
}

function toSourceChanges(before: ServiceView, after: ServiceView): readonly ViewChange[] {
  const [was, is] = [before, after].map(({ failure, state }) => (failure === undefined ? state : NO_ANSWER));
  return was === is || is === undefined ? [] : [{ before: was, after: is, detail: after.failure ?? "" }];
}

function toChanges(before: ServiceView | undefined, after: ServiceView): readonly ViewChange[] {
  const was = before && toWord(before);
  const is = toWord(after);
  const own =
    was === is ? [] : [{ before: was, after: is, detail: after.failure ?? after.fleet?.summary ?? "" }];
  return [...(after.failure === undefined ? toHandlerChanges(before, after) : []), ...own];
}

/** Without `SERVICE`, only handlers that are not OK are known. So the others are OK. */
function toHandlerChanges(
  before: ServiceView | undefined,
  after: ServiceView,
): readonly (ViewChange & { readonly name: string })[] {
  const states = new Map(before?.handlers.map(({ name, state }) => [name, state]));
  const present = new Set(after.handlers.map(({ name }) => name));
  const recovered = [...states].flatMap(([name, state]) =>
    state === OK || present.has(name) ? [] : [{ name, before: state, after: OK, detail: "" }],
  );
  const changed = after.handlers.flatMap(({ name, state, detail }) => {
    const was = states.get(name) ?? OK;
    return was === state ? [] : [{ name, before: before && was, after: state, detail }];
  });
  return [...recovered, ...changed];
}
