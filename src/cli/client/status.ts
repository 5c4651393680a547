import { toDetailText } from "../../core/detail-text.ts";
import { toLabels } from "../../core/labels.ts";
import { isState, RED, STATE_NUMBERS, type State, toWorseState, YELLOW } from "../../core/state.ts";
import type { Status } from "../../core/status.ts";
import { type Answer, ask } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { NoAnswerError, UnusableAnswerError } from "./no-answer.ts";
import { type ServiceUrl, toStatusUrl } from "./service-url.ts";

/** What one handler said. */
export interface HandlerStatus {
  readonly name: string;
  readonly state: State;
  readonly detail: string;
  readonly labels: readonly (readonly [label: string, value: number])[];
}

export interface ServiceStatus {
  readonly state: State;
  readonly handlers: readonly HandlerStatus[];
  /** The answer that it was read from. */
  readonly answer: Answer;
}

export interface StatusQuestion {
  readonly service: ServiceUrl;
  /** Of these handlers only; of all where there is none. */
  readonly names: readonly string[];
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** The words of health+json; `up` and the like are not ours. */
const STATE_OF_HEALTH: Readonly<Record<string, State>> = { pass: "OK", warn: "YELLOW", fail: "RED" };

/**
 * Asks for the status of a service. JSON does not tell which handlers are critical, so where one is RED, health+json is
 * asked for the overall state: a RED handler that is not critical makes it YELLOW only. Where that cannot be had, it
 * is RED.
 *
 * @throws NoAnswerError where nothing came, or nothing that is a status.
 */
export async function askStatus(question: StatusQuestion): Promise<ServiceStatus> {
  const answer = await askFormat(question, ".json", "application/json");
  const handlers = selectNamed(parseHandlers(answer), answer, question.names);
  const worst = handlers.reduce<State>((state, handler) => toWorseState(state, handler.state), "OK");
  const state = worst === RED ? await askOverallState(question) : worst;
  return { state, handlers, answer };
}

/** A server that does not look at names must not be believed that all of these are well. */
function selectNamed(
  handlers: readonly HandlerStatus[],
  { from }: Answer,
  names: readonly string[],
): readonly HandlerStatus[] {
  if (names.length === 0) return handlers;
  const missing = names.filter((name) => handlers.every((handler) => handler.name !== name));
  if (missing.length > 0) throw new UnusableAnswerError(`${from} does not tell of ${missing.join(" or ")}`);
  return handlers.filter(({ name }) => names.includes(name));
}

/** Asks for one format, and refuses answers that say by their code that they are no status. */
export async function askFormat(question: StatusQuestion, suffix: string, accept: string): Promise<Answer> {
  const { service, names, connection, signal } = question;
  const answer = await ask({ target: toStatusUrl(service, suffix, names), accept, connection, signal });
  const refusal = REFUSALS[answer.status];
  if (refusal !== undefined) throw new NoAnswerError(refusal.kind, refusal.toText(answer, names));
  return answer;
}

/** Refuses an answer that is no status. The codes for states can be set, but not to those of redirects. */
export function expectStatus({ status, from, contentType }: Answer, isStatus: boolean): void {
  if (isStatus && ((status >= 200 && status <= 299) || status >= 400)) return;
  const what =
    status >= 200 && status <= 299 ? `answered ${contentType || "something"}` : `answered ${status}`;
  throw new UnusableAnswerError(`${from} ${what}, which is not a status. Is it the right URL?`);
}

interface Refusal {
  readonly kind: "denied" | "failed";
  toText(answer: Answer, names: readonly string[]): string;
}

const REFUSALS: Readonly<Record<number, Refusal>> = {
  401: {
    kind: "denied",
    toText: ({ from }) => `${from} wants to know who asks (401). Give --header 'Authorization: …'`,
  },
  403: {
    kind: "denied",
    toText: ({ from }) => `${from} does not show its status to you (403). Ask from where it is allowed`,
  },
  404: { kind: "failed", toText: explainNotFound },
};

/** As svc-status answers where a handler is unknown. */
const UNKNOWN_NAME = "no status handler has this name";

function explainNotFound({ from, text }: Answer, names: readonly string[]): string {
  if (text.trim() === UNKNOWN_NAME)
    return `no status handler is named ${names.join(" or ")}. See which there are by leaving out --name`;
  return `there is nothing at ${from} (404). Give the whole URL if the status is at another path`;
}

async function askOverallState(question: StatusQuestion): Promise<State> {
  try {
    const { text } = await askFormat(question, ".health", "application/health+json");
    const status: unknown = (JSON.parse(text) as { status?: unknown } | null)?.status;
    const state =
      typeof status === "string" && Object.hasOwn(STATE_OF_HEALTH, status) ? STATE_OF_HEALTH[status] : RED;
    // It may have changed since: what was RED is at least YELLOW.
    return toWorseState(YELLOW, state ?? RED);
  } catch (error) {
    // Somebody has ended it all; anything else is the service's doing, whose RED stands.
    if (question.signal.aborted && !(error instanceof NoAnswerError)) throw error;
    return RED;
  }
}

function parseHandlers(answer: Answer): HandlerStatus[] {
  const value = parseJson(answer.text);
  const members = isObject(value) ? Object.entries(value) : undefined;
  const handlers = members?.map(([name, status]) => toHandler(name, status)) ?? [];
  const isStatus =
    members !== undefined && !handlers.includes(undefined) && (handlers.length > 0 || answer.status < 300);
  expectStatus(answer, isStatus);
  return handlers.filter((handler) => handler !== undefined);
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

/** The number of a state is the exit status of who reports it. */
export function toExitStatus(state: State): 0 | 1 | 2 {
  return STATE_NUMBERS[state];
}
