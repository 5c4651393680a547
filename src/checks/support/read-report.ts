import { isState, OK, RED, type State, toWorseState, YELLOW } from "../../core/state.ts";
import { toShownLine } from "../../util/describe-error.ts";
import { CheckError } from "./failure.ts";
import type { Measure } from "./measure.ts";

/** The format of another service's report. */
export type ServiceReport = "svc-status" | "health+json";

type Read = (report: Readonly<Record<string, unknown>>) => Measure;

const READERS: Readonly<Record<ServiceReport, Read>> = {
  "svc-status": readSvcStatus,
  "health+json": readHealth,
};

// The words of the draft, and the older words that it allows.
const HEALTH_STATES: Readonly<Record<string, State>> = {
  pass: OK,
  ok: OK,
  up: OK,
  warn: YELLOW,
  fail: RED,
  error: RED,
  down: RED,
};

/**
 * The overall state of another service's report. The result contains none of its texts except the names of
 * handlers that are not OK.
 */
export function readReport(body: string, report: ServiceReport): Measure {
  const value = parse(body);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CheckError("wrong answer", `the body is no ${report} report`);
  const measure = READERS[report](value as Record<string, unknown>);
  return { ...measure, text: toShownLine(measure.text) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function readSvcStatus(report: Readonly<Record<string, unknown>>): Measure {
  let state: State = OK;
  const texts: string[] = [];
  for (const [name, status] of Object.entries(report)) {
    const own: unknown = (status as { state?: unknown } | null)?.state;
    if (!isState(own)) throw new CheckError("wrong answer", `${name} has no state`);
    state = toWorseState(state, own);
    if (own !== OK) texts.push(`${name} is ${own}`);
  }
  return { state, text: texts.join(", ") || "reports OK", labels: {} };
}

function readHealth(report: Readonly<Record<string, unknown>>): Measure {
  const word = String(report["status"]).toLowerCase();
  const state = Object.hasOwn(HEALTH_STATES, word) ? HEALTH_STATES[word] : undefined;
  if (state === undefined) throw new CheckError("wrong answer", "the report has no known status");
  return { state, text: `reports ${word}`, labels: {} };
}
