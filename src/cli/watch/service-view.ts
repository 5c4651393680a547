import { RED, type State, YELLOW } from "../../core/state.ts";
import { toCountedState } from "../client/counted-state.ts";
import { describeInstance, describeProbe } from "../client/describe-probe.ts";
import type { HandlerStatus, ServiceFacts, ServiceStatus } from "../client/service-status.ts";

/** The last known state of a service. */
export interface ServiceView {
  /** The address, safe to show. */
  readonly where: string;
  /** Identifies the service if the order of the views changes. Default: its position. */
  readonly id?: number;
  /** `UNKNOWN`: only in a fleet, whose services are known from Prometheus. */
  readonly state: State | typeof UNKNOWN | undefined;
  /** The handlers of the last answer, even if there is none now. */
  readonly handlers: readonly HandlerStatus[];
  readonly facts?: ServiceFacts | undefined;
  /** When the last answer arrived, in milliseconds of `performance.now()`, as all times here. */
  readonly answeredAt?: number;
  /** When the request began that has no answer yet. */
  readonly askedAt?: number;
  /** Why there is no answer now, and the start of that time. */
  readonly failure?: string | undefined;
  readonly failedAt?: number;
  /** When each handler changed, by name. */
  readonly changedAt: ReadonlyMap<string, number>;
  /** The instances that sent the last answers, the last one first. */
  readonly instances: readonly string[];
  /** Only in a fleet. */
  readonly fleet?: FleetLines;
}

/** The description of a service of a fleet, in place of its counts and its instance. */
export interface FleetLines {
  /** The start of the state. */
  readonly since?: number | undefined;
  readonly summary: string;
  /** Lines above the handlers, and below them. */
  readonly facts: readonly string[];
  readonly instances: readonly string[];
}

/** A change. Without a name, it is a change of the service itself. */
export interface ViewChange {
  readonly name?: string;
  readonly before: string | undefined;
  readonly after: string;
  readonly detail: string;
}

export type ServiceAnswer =
  | ServiceStatus
  /** `askedAt`: when the request began, because it may have waited for long. Default: now. */
  | { readonly failure: string; readonly askedAt?: number };

interface Updated {
  readonly view: ServiceView;
  readonly changes: readonly ViewChange[];
}

/** Shown if the service does not answer, and for a handler that has been removed. */
export const NO_ANSWER = "no answer";
/** Shown if Prometheus has no recent state of a service. */
export const UNKNOWN = "UNKNOWN";
const GONE = "gone";
const IN_SERVICE = "in-service";

/** Number of answers whose instances are remembered. */
const MAX_INSTANCES = 20;

export function createServiceView(where: string): ServiceView {
  return { where, state: undefined, handlers: [], changedAt: new Map(), instances: [] };
}

/** The view after an answer, and the changes. `selectsNames`: handlers were selected, and only they decide. */
export function updateView(
  view: ServiceView,
  answer: ServiceAnswer,
  now: number,
  { selectsNames = false }: { readonly selectsNames?: boolean } = {},
): Updated {
  if ("failure" in answer) return updateFailed(view, answer.failure, answer.askedAt ?? now);
  const { handlers, facts } = answer;
  const state = selectsNames ? answer.state : toCountedState(answer, YELLOW);
  const before = view.failure === undefined ? view.state : NO_ANSWER;
  const ofHandlers = toHandlerChanges(view.handlers, handlers);
  const ofService = before === state ? [] : [{ before, after: state, detail: "" }];
  const changedAt = new Map(view.changedAt);
  for (const { name, before: known, after } of ofHandlers) {
    if (after === GONE) changedAt.delete(name);
    else if (known !== undefined || view.state !== undefined) changedAt.set(name, now);
  }
  const instance = facts?.instance;
  const instances =
    instance === undefined ? view.instances : [instance, ...view.instances].slice(0, MAX_INSTANCES);
  return {
    view: { where: view.where, state, handlers, facts, answeredAt: now, changedAt, instances },
    changes: [...toInstanceChanges(view, facts), ...ofHandlers, ...toProbeChanges(view, facts), ...ofService],
  };
}

function updateFailed(view: ServiceView, failure: string, now: number): Updated {
  const change = { before: view.state, after: NO_ANSWER, detail: failure };
  return { view: toFailed(view, failure, now), changes: view.failure === undefined ? [change] : [] };
}

/** Keeps the last known state, and since when it is only the last known one. */
export function toFailed<View extends ServiceView>(view: View, failure: string, now: number): View {
  return { ...view, failure, failedAt: view.failedAt ?? now };
}

/** Whether the terminal should ring its bell. */
export function isAlarm({ after }: ViewChange): boolean {
  return after === RED || after === NO_ANSWER || after === UNKNOWN;
}

/** Counts the instances that answer in turn: those between the last two answers of the latest one. */
export function countInstances({ instances: [last, ...earlier] }: ServiceView): number {
  const again = earlier.lastIndexOf(last ?? "");
  const turn = new Set(earlier.slice(0, again + 1));
  return Math.max(1, turn.size);
}

/** Behind a balancer, an instance that has answered recently is not reported again. */
function toInstanceChanges(
  { instances }: ServiceView,
  facts: ServiceFacts | undefined,
): readonly ViewChange[] {
  const instance = facts?.instance;
  if (facts === undefined || instance === undefined) return [];
  if (instances.length === 0 || instances.includes(instance)) return [];
  return [{ before: undefined, after: `now showing ${describeInstance(facts)}`, detail: "" }];
}

function toProbeChanges(
  { facts: known }: ServiceView,
  facts: ServiceFacts | undefined,
): readonly ViewChange[] {
  const { probe } = facts ?? {};
  const before = known?.probe.state ?? IN_SERVICE;
  if (facts === undefined || probe === undefined || probe.state === before) return [];
  const detail = probe.state === IN_SERVICE ? "" : describeProbe(facts);
  return [{ before: known && before, after: probe.state, detail }];
}

function toHandlerChanges(
  before: readonly HandlerStatus[],
  after: readonly HandlerStatus[],
): (ViewChange & { readonly name: string })[] {
  const known = new Map(before.map((handler) => [handler.name, handler.state]));
  const present = new Set(after.map(({ name }) => name));
  const changed = after
    .filter(({ name, state }) => known.get(name) !== state)
    .map(({ name, state, detail }) => ({ name, before: known.get(name), after: state, detail }));
  const gone = before
    .filter(({ name }) => !present.has(name))
    .map(({ name, state }) => ({ name, before: state, after: GONE, detail: "" }));
  return [...changed, ...gone];
}
