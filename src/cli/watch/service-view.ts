import { RED, type State } from "../../core/state.ts";
import type { HandlerStatus, ServiceStatus } from "../client/status.ts";

/** The last known state of a service. */
export interface ServiceView {
  /** The address, safe to show. */
  readonly where: string;
  readonly state: State | undefined;
  /** The handlers of the last answer, even if there is none now. */
  readonly handlers: readonly HandlerStatus[];
  /** Why there is no answer now. */
  readonly failure?: string | undefined;
  /** When each handler changed, by name, in milliseconds of `performance.now()`. */
  readonly changedAt: ReadonlyMap<string, number>;
}

/** A change. Without a name, it is a change of the service itself. */
export interface ViewChange {
  readonly name?: string;
  readonly before: string | undefined;
  readonly after: string;
  readonly detail: string;
}

export type ServiceAnswer = ServiceStatus | { readonly failure: string };

/** Shown if the service does not answer, and for a handler that has been removed. */
const NO_ANSWER = "no answer";
const GONE = "gone";

export function createServiceView(where: string): ServiceView {
  return { where, state: undefined, handlers: [], changedAt: new Map() };
}

/** The view after an answer, and the changes. */
export function updateView(
  view: ServiceView,
  answer: ServiceAnswer,
  now: number,
): { readonly view: ServiceView; readonly changes: readonly ViewChange[] } {
  const before = view.failure === undefined ? view.state : NO_ANSWER;
  if ("failure" in answer) {
    const { failure } = answer;
    const change = { before, after: NO_ANSWER, detail: failure };
    return { view: { ...view, failure }, changes: before === NO_ANSWER ? [] : [change] };
  }
  const { state, handlers } = answer;
  const ofHandlers = toHandlerChanges(view.handlers, handlers);
  const ofService = before === state ? [] : [{ before, after: state, detail: "" }];
  const changedAt = new Map(view.changedAt);
  for (const { name, before: known, after } of ofHandlers) {
    if (after === GONE) changedAt.delete(name);
    else if (known !== undefined || view.state !== undefined) changedAt.set(name, now);
  }
  return {
    view: { where: view.where, state, handlers, changedAt },
    changes: [...ofHandlers, ...ofService],
  };
}

/** Whether the terminal should ring its bell. */
export function isAlarm({ after }: ViewChange): boolean {
  return after === RED || after === NO_ANSWER;
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
