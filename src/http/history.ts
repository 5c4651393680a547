import type { Availability, EventsQuery, RecordedEvent, RecordedPast } from "../core/recorded-past.ts";
import { HANDLER_NAME } from "../core/registration.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { fits } from "../options/read.ts";
import { toAsciiJson } from "../util/json-text.ts";
import { createResponse, type StatusResponse } from "./message.ts";

/** Maximum number of events in one response. */
const MAX_EVENTS = 1_000;

/** Maximum number of events before the page that is requested. */
const MAX_SKIPPED_EVENTS = 100_000;

const DAY_MS = 86_400_000;

/** The permissions of the client. */
export interface HistorySight {
  /** `false`: names, states and times alone. */
  readonly details: boolean;
  /** Whether the client may know who changed the probe. */
  readonly seesWho: boolean;
}

/** Answers with some of the recorded history, as JSON. */
export async function answerHistory(
  registry: StatusRegistry,
  parameters: URLSearchParams,
  sight: HistorySight,
): Promise<StatusResponse> {
  const { recordedPast } = getRegistrySeams(registry);
  if (recordedPast === undefined) return NOT_RECORDED;
  const query = toQuery(parameters, Date.now());
  if (typeof query === "string") return createResponse({ status: 400, body: `${query}\n` });
  try {
    return createResponse({
      status: 200,
      contentType: "application/json",
      body: render(query, await read(recordedPast, query), sight),
    });
  } catch (error) {
    // The reader of another copy of this package has its own class.
    if ((error as { code?: unknown }).code === "SVC_STATUS_RECORDER_BUSY") return BUSY;
    throw error;
  }
}

interface Found {
  readonly events: readonly RecordedEvent[];
  readonly isComplete: boolean;
  readonly availability: Availability | undefined;
}

async function read(past: RecordedPast, query: EventsQuery): Promise<Found> {
  const { name } = query;
  const found = await past.getEvents(query);
  return { ...found, availability: name === undefined ? undefined : await past.getAvailability(name, query) };
}

/** The query, or the mistake in it. */
function toQuery(parameters: URLSearchParams, nowMs: number): EventsQuery | string {
  const to = toTime(parameters.get("to")) ?? new Date(nowMs + 1);
  const from = toTime(parameters.get("from")) ?? new Date(to.getTime() - DAY_MS);
  const limit = toCount(parameters.get("limit")) ?? MAX_EVENTS;
  const skip = toCount(parameters.get("skip")) ?? 0;
  const name = parameters.get("name") ?? undefined;
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()))
    return "from and to: expected a time such as 2026-11-27T03:12Z, or milliseconds since 1970";
  if (from >= to) return "from: expected a time before to";
  if (!(limit >= 1 && limit <= MAX_EVENTS)) return `limit: expected an integer from 1 to ${MAX_EVENTS}`;
  if (!(skip <= MAX_SKIPPED_EVENTS)) return `skip: expected an integer from 0 to ${MAX_SKIPPED_EVENTS}`;
  if (name !== undefined && !fits(HANDLER_NAME, name)) return "name: expected the name of a status handler";
  return { from, to, limit, skip, name };
}

function toTime(text: string | null): Date | undefined {
  if (text === null) return undefined;
  return new Date(/^-?\d{1,16}$/.test(text) ? Number(text) : text.slice(0, 40));
}

/** `NaN` for a text that is no number. */
function toCount(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function render(
  query: EventsQuery,
  { events, isComplete, availability }: Found,
  sight: HistorySight,
): string {
  const { from, to, limit, skip = 0 } = query;
  const history = {
    from,
    to,
    availability: availability && toShares(availability),
    events: events.map((event) => toShown(event, sight)),
    next: isComplete ? undefined : toNext({ ...query, skip: skip + limit }),
  };
  return toAsciiJson(JSON.stringify(history));
}

function toShares({ OK, YELLOW, RED, unknown }: Availability): object {
  return { OK, YELLOW, RED, unknown };
}

/** The query of the events before these ones. */
function toNext({ name, from, to, limit, skip }: EventsQuery): string {
  const period = { from: from.toISOString(), to: to.toISOString() };
  const parameters = new URLSearchParams({ ...period, limit: String(limit), skip: String(skip) });
  if (name !== undefined) parameters.set("name", name);
  return `?${parameters}`;
}

function toShown(event: RecordedEvent, { details, seesWho }: HistorySight): object {
  if (!details) return toBare(event);
  if (event.kind !== "probe" || seesWho) return event;
  const { by: _, ...rest } = event;
  return rest;
}

function toBare(event: RecordedEvent): object {
  const { kind, at } = event;
  if (kind === "change") return { kind, at, name: event.name, from: event.from, to: event.to };
  return kind === "probe" ? { kind, at, state: event.state } : { kind, at };
}

const NOT_RECORDED = createResponse({
  status: 404,
  body: "the history is not recorded, see svc-status/recorder\n",
});
const BUSY = createResponse({
  status: 503,
  body: "too many reads of the history, try again\n",
  headers: { "Retry-After": "1" },
});
