import { UnknownHandlerError } from "../core/errors.ts";
import type { RecordedMoment, RecordedState } from "../core/recorded-past.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { RED, STATE_NUMBERS, type State, YELLOW } from "../core/state.ts";
import { toAsciiJson } from "../util/json-text.ts";
import { answerFromPast } from "./history.ts";
import { createResponse, type StatusResponse } from "./message.ts";
import type { PageView, ServiceDescription } from "./page/page-model.ts";

/** A handler at an earlier moment. */
export interface MomentEntry extends Partial<Omit<RecordedState, "name" | "state">> {
  readonly name: string;
  readonly state: State | "unknown";
}

/** The status at an earlier moment, as far as it was recorded. */
export interface Moment extends Pick<RecordedMoment, "earlier" | "later"> {
  readonly at: Date;
  /** The worst known state; a RED handler that is not critical now counts as YELLOW. */
  readonly state: State | "unknown";
  /** The worst first, and unknown ones last. */
  readonly entries: readonly MomentEntry[];
}

export interface MomentRequest {
  readonly registry: StatusRegistry;
  readonly at: Date;
  readonly service: ServiceDescription;
  readonly view: PageView;
  /** Default: the report for tools. */
  readonly toPage: ((view: PageView, moment: Moment) => StatusResponse) | undefined;
}

/** Answers with the status at an earlier moment. Rejects with UnknownHandlerError. */
export function answerMoment({
  registry,
  at,
  service,
  view,
  toPage,
}: MomentRequest): Promise<StatusResponse> {
  return answerFromPast(registry, async function answer(past) {
    const moment = toMoment(registry, at, await past.getMoment(at), view.names);
    if (toPage !== undefined) return toPage(view, moment);
    const body = renderReport(moment, service, view.details);
    return createResponse({ status: 200, contentType: "application/json", body });
  });
}

function toMoment(
  registry: StatusRegistry,
  at: Date,
  { states, ...around }: RecordedMoment,
  names: readonly string[],
): Moment {
  const known = new Set(states.map(({ name }) => name));
  const unknown = registry.names.filter((name) => !known.has(name));
  const all: readonly MomentEntry[] = [
    ...states,
    ...unknown.map((name) => ({ name, state: "unknown" as const })),
  ];
  const missing = names.find((name) => !all.some((entry) => entry.name === name));
  if (missing !== undefined) throw new UnknownHandlerError(missing);
  const entries = all
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .sort((one, other) => toRank(other) - toRank(one) || (one.name < other.name ? -1 : 1));
  return { at, ...around, entries, state: toOverall(registry, entries) };
}

function toRank({ state }: MomentEntry): number {
  return state === "unknown" ? -1 : STATE_NUMBERS[state];
}

/** Whether a handler is critical is not recorded. */
function toOverall({ handlers }: StatusRegistry, entries: readonly MomentEntry[]): State | "unknown" {
  const uncritical = new Set(handlers.filter(({ critical }) => !critical).map(({ name }) => name));
  const counted = entries.map(
    (entry): MomentEntry =>
      entry.state === RED && uncritical.has(entry.name) ? { ...entry, state: YELLOW } : entry,
  );
  return counted.reduce<State | "unknown">(
    (worst, entry) => (toRank(entry) > toRank({ name: "", state: worst }) ? entry.state : worst),
    "unknown",
  );
}

/** Writes a moment as the report for tools. `details: false`: names, states and their times alone. */
function renderReport(moment: Moment, service: ServiceDescription, details: boolean): string {
  const { instance: _, ...description } = service;
  const { entries, ...rest } = moment;
  const report = {
    service: details ? description : { name: service.name },
    past: true,
    ...rest,
    entries: details ? entries : entries.map(({ name, state, since }) => ({ name, state, since })),
  };
  return toAsciiJson(JSON.stringify(report));
}
