import type { ProbeState } from "../../core/probe-setting.ts";
import { isState } from "../../core/state.ts";
import { NoAnswerError } from "./no-answer.ts";
import { type ReceivedAnswer, sendRequest } from "./request.ts";
import type { StatusQuery } from "./request-format.ts";
import type { HandlerStatus, ServiceFacts, ServiceStatus } from "./service-status.ts";
import { toStatusUrls } from "./service-url.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Requests the report for tools. `undefined` if the service has none: it runs another library, an older release,
 * or the original.
 */
export async function requestReport(query: StatusQuery): Promise<ServiceStatus | undefined> {
  const { service, names, connection, signal } = query;
  const [first, second = first] = toStatusUrls(service, ".report", names);
  try {
    const answer = await sendRequest({ target: second, accept: "application/json", connection, signal });
    return answer.status === 200 ? readReport(answer) : undefined;
  } catch (error) {
    // The next request fails too, and its error is about the URL that the user typed.
    if (error instanceof NoAnswerError && !signal.aborted) return undefined;
    throw error;
  }
}

function readReport(answer: ReceivedAnswer): ServiceStatus | undefined {
  const report = parse(answer.text);
  const { service, state, at, entries, probe, instance, startedAt } = report;
  if (!isState(state) || !Array.isArray(entries) || !isFields(probe)) return undefined;
  const now = toTime(at);
  const handlers = entries.map((entry) => toHandler(entry, now));
  const known = handlers.filter((handler) => handler !== undefined);
  const probeFacts = toProbe(probe, now);
  if (known.length < handlers.length || probeFacts === undefined) return undefined;
  const facts: ServiceFacts = {
    service: isFields(service) ? toText(service["name"]) : undefined,
    instance: toText(instance),
    upMs: toAge(startedAt, now),
    probe: probeFacts,
  };
  return { state, handlers: known, answer, facts };
}

const PROBE_STATES: readonly unknown[] = ["in-service", "decommissioned", "draining"] satisfies ProbeState[];

function toProbe(probe: Fields, now: number): ServiceFacts["probe"] | undefined {
  const { state, since, reason, until, by } = probe;
  if (!PROBE_STATES.includes(state)) return undefined;
  return {
    state: state as ProbeState,
    forMs: toAge(since, now),
    reason: toText(reason),
    until: toText(until),
    leftMs: until === undefined ? undefined : toTime(until) - now,
    by: toText(by),
  };
}

function toHandler(entry: unknown, now: number): HandlerStatus | undefined {
  if (!isFields(entry)) return undefined;
  const { name, state, detail, since, labels, reason, dependsOn } = entry;
  if (typeof name !== "string" || !isState(state)) return undefined;
  return {
    name,
    state,
    detail: toText(detail) ?? "",
    labels: Object.entries(isFields(labels) ? labels : {}).filter(isLabel),
    forMs: toAge(since, now),
    causes: reason === "dependency" && Array.isArray(dependsOn) ? dependsOn.map(String) : [],
  };
}

function isLabel(label: [string, unknown]): label is [string, number] {
  return typeof label[1] === "number";
}

/** Ages are relative to the service's own clock. */
function toAge(moment: unknown, now: number): number | undefined {
  const age = now - toTime(moment);
  return Number.isNaN(age) ? undefined : Math.max(0, age);
}

function toTime(moment: unknown): number {
  return typeof moment === "string" ? Date.parse(moment) : Number.NaN;
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function parse(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}
