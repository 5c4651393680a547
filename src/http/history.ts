import {
  type Availability,
  type EventsQuery,
  type RecordedEvent,
  type RecordedPast,
  toDefaultFrom,
  toShares,
} from "../core/recorded-past.ts";
import { HANDLER_NAME } from "../core/registration.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { fits } from "../options/read.ts";
import { toAsciiJson } from "../util/json-text.ts";
import { createResponse, type StatusResponse } from "./message.ts";
import { NOT_RECORDED } from "./not-recorded.ts";
import { TIME, toTime } from "./time-parameter.ts";

/** Maximum number of events in one response. */
const MAX_EVENTS = 1_000;

/** Maximum number of events before the page that is requested. */
const MAX_SKIPPED_EVENTS = 100_000;

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
  const query = toQuery(parameters, Date.now());
  return answerFromPast(registry, async function answer(past) {
    if (typeof query === "string") return createResponse({ status: 400, body: `${query}\n` });
    const found = await read(past, query, parameters.get("availability") === EACH);
    return createResponse({
      status: 200,
      contentType: "application/json",
      body: render(query, found, sight),
    });
  });
}

/** Answers from what a recorder has stored: 404 if there is none, 503 if too many read it. */
export async function answerFromPast(
  registry: StatusRegistry,
  answer: (past: RecordedPast) => Promise<StatusResponse>,
): Promise<StatusResponse> {
  const { recordedPast } = getRegistrySeams(registry);
  if (recordedPast === undefined) return NOT_RECORDED;
  try {
    return await answer(recordedPast);
  } catch (error) {
    // The reader of another copy of this package has its own class.
    if ((error as { code?: unknown }).code === "SVC_STATUS_RECORDER_BUSY") return BUSY;
    throw error;
  }
}

/** The value of `availability` for the shares of all handlers. */
const EACH = "each";

interface Found {
  readonly events: readonly RecordedEvent[];
  readonly isComplete: boolean;
  readonly availability?: Availability;
  readonly handlers?: Readonly<Record<string, object>>;
}

async function read(past: RecordedPast, query: EventsQuery, isEach: boolean): Promise<Found> {
  const { name } = query;
  const found = await past.getEvents(query);
  if (name !== undefined) return { ...found, availability: await past.getAvailability(name, query) };
  if (!isEach) return found;
  const { handlers } = await past.getTurns(query);
  const shares = Array.from(handlers, ([each, turns]) => [each, toShares(turns, query.to.getTime())]);
  return { ...found, handlers: Object.fromEntries(shares) };
}

/** The query, or the mistake in it. */
function toQuery(parameters: URLSearchParams, nowMs: number): EventsQuery | string {
  const to = toTime(parameters.get("to")) ?? new Date(nowMs + 1);
  const from = toTime(parameters.get("from")) ?? toDefaultFrom(to);
  const limit = toCount(parameters.get("limit")) ?? MAX_EVENTS;
  const skip = toCount(parameters.get("skip")) ?? 0;
  const name = parameters.get("name") ?? undefined;
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return `from and to: expected ${TIME}`;
  if (from >= to) return "from: expected a time before to";
  if (!(limit >= 1 && limit <= MAX_EVENTS)) return `limit: expected an integer from 1 to ${MAX_EVENTS}`;
  if (!(skip <= MAX_SKIPPED_EVENTS)) return `skip: expected an integer from 0 to ${MAX_SKIPPED_EVENTS}`;
  if (name !== undefined && !fits(HANDLER_NAME, name)) return "name: expected the name of a status handler";
  return { from, to, limit, skip, name };
}

/** `NaN` for a text that is no number. */
function toCount(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function render(
  query: EventsQuery,
  { events, isComplete, availability, handlers }: Found,
  sight: HistorySight,
): string {
  const { from, to, limit, skip = 0 } = query;
  const history = {
    from,
    to,
    availability: availability && toBareShares(availability),
    handlers,
    events: events.map((event) => toShown(event, sight)),
    next: isComplete ? undefined : toNext({ ...query, skip: skip + limit }),
  };
  return toAsciiJson(JSON.stringify(history));
}

function toBareShares({ OK, YELLOW, RED, unknown }: Availability): object {
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

const BUSY = createResponse({
  status: 503,
  body: "too many reads of the history, try again\n",
  headers: { "Retry-After": "1" },
});
