import { toDetailText } from "../../core/detail-text.ts";
import { isState, RED, STATE_NUMBERS, type State, toWorseState, YELLOW } from "../../core/state.ts";
import type { Status } from "../../core/status.ts";
import { toLabels } from "../../metrics/labels.ts";
import { UnusableAnswerError } from "./no-answer.ts";
import { requestReport } from "./report.ts";
import type { ReceivedAnswer } from "./request.ts";
import { requestFormat, type StatusQuery, type WantedFormat } from "./request-format.ts";
import type { HandlerStatus, ServiceStatus } from "./service-status.ts";

/** The words of health+json. Synonyms such as `up` are not from svc-status. */
const STATE_OF_HEALTH: Readonly<Record<string, State>> = { pass: "OK", warn: "YELLOW", fail: "RED" };

export const JSON_FORMAT: WantedFormat<readonly HandlerStatus[]> = {
  suffix: ".json",
  accept: "application/json",
  read: readHandlers,
};

/** Reads the overall status, also if the service uses a synonym. */
export const HEALTH_FORMAT: WantedFormat<string> = {
  suffix: ".health",
  accept: "application/health+json",
  read({ text }) {
    const value = parseJson(text);
    return isObject(value) && typeof value["status"] === "string" ? value["status"] : undefined;
  },
};

/** One line per handler. */
export const CSV_FORMAT: WantedFormat<string> = {
  suffix: ".csv",
  accept: "text/csv",
  read({ text, status, contentType }) {
    // Many servers answer any request with an empty body.
    const isRight =
      text === ""
        ? status < 300 && /^text\/csv\b/i.test(contentType)
        : /^[^\t]+\t(?:OK|YELLOW|RED)\b/.test(text);
    return isRight ? text : undefined;
  },
};

/**
 * Requests the status of a service: the report for tools, or the usual formats if the service has no such report.
 *
 * @throws NoAnswerError if no answer arrives, or the answer is not a status.
 */
export async function requestStatus(query: StatusQuery): Promise<ServiceStatus> {
  const report = await requestReport(query);
  if (report === undefined) return requestForeignStatus(query);
  return { ...report, handlers: selectNamed(report.handlers, report.answer, query.names) };
}

/**
 * Requests the status in the usual formats. JSON does not show which handlers are critical, so if one is RED, the
 * overall state comes from health+json: a RED handler that is not critical makes it only YELLOW. If
 * health+json is not available, the overall state is RED.
 *
 * @throws NoAnswerError if no answer arrives, or the answer is not a status.
 */
async function requestForeignStatus(query: StatusQuery): Promise<ServiceStatus> {
  const { answer, value } = await requestFormat(query, JSON_FORMAT);
  if (value.length === 0) await expectNoHandlers(query, answer);
  const handlers = selectNamed(value, answer, query.names);
  const worst = handlers.reduce<State>((state, handler) => toWorseState(state, handler.state), "OK");
  const state = worst === RED ? await requestOverallState(query) : worst;
  return { state, handlers, answer };
}

/** Unrelated servers may also answer `{}`. */
async function expectNoHandlers(query: StatusQuery, { from }: ReceivedAnswer): Promise<void> {
  try {
    await requestFormat(query, CSV_FORMAT);
  } catch (error) {
    if (!(error instanceof UnusableAnswerError)) throw error;
    throw new UnusableAnswerError(
      `${from} answered {}, which is not a status: a service without handlers answers an empty text/csv too. Is it the right URL?`,
    );
  }
}

/** A server that ignores the names has not confirmed that all of them are OK. */
function selectNamed(
  handlers: readonly HandlerStatus[],
  { from }: ReceivedAnswer,
  names: readonly string[],
): readonly HandlerStatus[] {
  if (names.length === 0) return handlers;
  const missing = names.filter((name) => handlers.every((handler) => handler.name !== name));
  if (missing.length > 0) throw new UnusableAnswerError(`${from} does not report ${missing.join(" or ")}`);
  return handlers.filter(({ name }) => names.includes(name));
}

async function requestOverallState(query: StatusQuery): Promise<State> {
  try {
    const { value: status } = await requestFormat(query, HEALTH_FORMAT);
    const state = Object.hasOwn(STATE_OF_HEALTH, status) ? STATE_OF_HEALTH[status] : RED;
    // The state may have changed since: if a handler was RED, the result is at least YELLOW.
    return toWorseState(YELLOW, state ?? RED);
  } catch (error) {
    // After an abort or a timeout, the state is unknown. Any other error comes from the service: it stays
    // RED.
    if (query.signal.aborted) throw error;
    return RED;
  }
}

function readHandlers({ text, status }: ReceivedAnswer): readonly HandlerStatus[] | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const handlers = Object.entries(value).map(([name, each]) => toHandler(name, each));
  if (handlers.length === 0 && status >= 300) return undefined;
  const known = handlers.filter((handler) => handler !== undefined);
  return known.length === handlers.length ? known : undefined;
}

function toHandler(name: string, status: unknown): HandlerStatus | undefined {
  if (!isObject(status) || !isState(status["state"])) return undefined;
  return {
    name,
    state: status["state"],
    detail: toDetailText(status as Status),
    labels: toLabels(status as Status),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The number of a state is the exit status of the command that shows it. */
export function toExitStatus(state: State): 0 | 1 | 2 {
  return STATE_NUMBERS[state];
}
