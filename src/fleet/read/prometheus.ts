import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { describeError } from "../../util/describe-error.ts";
import { toDurationText } from "../../util/duration-text.ts";

/** A series of an instant query. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The result of a query. Failures are results too. */
export type QueryResult =
  | { readonly series: readonly Series[] /** Why something may be missing. */; readonly partial?: string }
  | { readonly problem: string };

/**
 * The credentials of a request. They are read before each request, because tokens may be rotated while the
 * program runs.
 */
export interface Credentials {
  readonly authorization?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface PrometheusOptions {
  /** The address of the API without `/api/v1`. */
  readonly url: URL;
  readonly timeoutMs: number;
  /** Maximum size of an answer. */
  readonly maxAnswerBytes: number;
  readonly toCredentials: () => Credentials;
}

export interface QueryOptions {
  /** The time at which Prometheus evaluates the query. Default: now. */
  readonly at?: Date;
  readonly signal: AbortSignal;
}

/** Sends an instant query. It never rejects, unless `signal` is aborted. */
export async function queryPrometheus(
  prometheus: PrometheusOptions,
  query: string,
  { at, signal }: QueryOptions,
): Promise<QueryResult> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), prometheus.timeoutMs);
  const abort = (): void => controller.abort();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    const body = new URLSearchParams({ query, ...(at && { time: String(at.getTime() / 1_000) }) }).toString();
    const response = await send(prometheus, body, controller.signal);
    return toResult(response.statusCode ?? 0, await read(response, prometheus.maxAnswerBytes));
  } catch (error) {
    signal.throwIfAborted();
    if (controller.signal.aborted)
      return { problem: `no complete answer within ${toDurationText(prometheus.timeoutMs)}` };
    return { problem: describeError(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

async function send(
  { url, toCredentials }: PrometheusOptions,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { authorization, ...tls } = toCredentials();
  const target = new URL(url);
  target.pathname = `${url.pathname.replace(/\/$/, "")}/api/v1/query`;
  const options: RequestOptions = {
    ...tls,
    method: "POST",
    headers: {
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      "content-length": Buffer.byteLength(body),
      "user-agent": "svc-status",
      ...(authorization !== undefined && { authorization }),
    },
    agent: false,
    signal,
  };
  const request = url.protocol === "https:" ? (await import("node:https")).request : requestHttp;
  return new Promise((resolve, reject) => {
    request(target, options, resolve).on("error", reject).end(body);
  });
}

async function read(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Prometheus also reports errors as JSON. A proxy in front of it may respond with anything. */
function toResult(status: number, text: string): QueryResult {
  const answer = parse(text);
  if (!isObject(answer)) return { problem: `HTTP ${status}, and the answer is not JSON` };
  const { status: outcome, data, error, warnings } = answer;
  if (outcome !== "success")
    return {
      problem: `HTTP ${status}${typeof error === "string" ? `: ${error.slice(0, MAX_PROBLEM)}` : ""}`,
    };
  const result: unknown = isObject(data) && data["resultType"] === "vector" ? data["result"] : undefined;
  if (!Array.isArray(result)) return { problem: "the answer is not that of an instant query" };
  const series = result.flatMap(toSeries);
  const partial =
    Array.isArray(warnings) && warnings.length > 0 ? String(warnings[0]).slice(0, MAX_PROBLEM) : "";
  return { series, ...(partial !== "" && { partial }) };
}

const MAX_PROBLEM = 300;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Skips NaN, which carries no information. */
function toSeries(one: unknown): Series[] {
  if (!isObject(one) || !isObject(one["metric"]) || !Array.isArray(one["value"])) return [];
  const value = Number(one["value"][1]);
  const labels = Object.fromEntries(
    Object.entries(one["metric"]).map(([label, text]) => [label, String(text)]),
  );
  return Number.isNaN(value) ? [] : [{ labels, value }];
}
