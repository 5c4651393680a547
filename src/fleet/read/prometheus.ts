import type { IncomingMessage } from "node:http";
import { describeError } from "../../util/describe-error.ts";
import { toDurationText } from "../../util/duration-text.ts";
import { runWithin } from "../../util/run-within.ts";
import { readText, send } from "./exchange.ts";

/** A series of an instant query. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The result of a query. Failures are results too. */
export type QueryResult<One = Series> =
  | { readonly series: readonly One[] /** Why data may be missing. */; readonly partial?: string }
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
export function queryPrometheus(
  prometheus: PrometheusOptions,
  query: string,
  { at, signal }: QueryOptions,
): Promise<QueryResult> {
  const parameters = { query, ...(at && { time: toSeconds(at) }) };
  return request(prometheus, "query", parameters, signal, (answer) => toResult(answer, "vector", toSeries));
}

/** A longer distance of two samples of a range query, in steps, is a gap. */
export const MAX_GAP = 1.5;

/** A time without a gap in which a series has the same value, in milliseconds since 1970. */
export interface Spell {
  readonly first: number;
  readonly last: number;
  readonly value: number;
}

/** A series of a range query. Its spells are few, its samples are many. */
export interface SeriesOverTime {
  readonly labels: Series["labels"];
  readonly spells: readonly Spell[];
}

export interface RangeOptions {
  readonly from: Date;
  readonly to: Date;
  readonly stepS: number;
  readonly signal: AbortSignal;
}

/** Sends a range query. Like `queryPrometheus`, it never rejects, unless `signal` is aborted. */
export function queryRange(
  prometheus: PrometheusOptions,
  query: string,
  { from, to, stepS, signal }: RangeOptions,
): Promise<QueryResult<SeriesOverTime>> {
  const parameters = { query, start: toSeconds(from), end: toSeconds(to), step: String(stepS) };
  return request(prometheus, "query_range", parameters, signal, (answer) =>
    toResult(answer, "matrix", (one) => toSeriesOverTime(one, MAX_GAP * stepS * 1_000)),
  );
}

function toSeconds(at: Date): string {
  return String(at.getTime() / 1_000);
}

type Convert<One> = (answer: Answer) => QueryResult<One>;

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function request<One>(
  prometheus: PrometheusOptions,
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
  convert: Convert<One>,
): Promise<QueryResult<One>> {
  const { timeoutMs, maxAnswerBytes } = prometheus;
  return runWithin(timeoutMs, signal, async (within) => {
    try {
      const response = await sendForm(prometheus, path, parameters, within);
      const text = await readText(response, maxAnswerBytes);
      return convert({ status: response.statusCode ?? 0, text });
    } catch (error) {
      signal.throwIfAborted();
      if (within.aborted) return { problem: `no complete answer within ${toDurationText(timeoutMs)}` };
      return { problem: describeError(error) };
    }
  });
}

function sendForm(
  { url, toCredentials }: PrometheusOptions,
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { authorization, ...tls } = toCredentials();
  const target = new URL(url);
  target.pathname = `${url.pathname.replace(/\/$/, "")}/api/v1/${path}`;
  const body = new URLSearchParams(parameters).toString();
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "content-length": Buffer.byteLength(body),
    ...(authorization !== undefined && { authorization }),
  };
  return send(target, { ...tls, method: "POST", headers, signal }, body);
}

/** Prometheus also reports errors as JSON. A proxy in front of it may respond with anything. */
function toResult<One>(
  { status, text }: Answer,
  type: "vector" | "matrix",
  convert: (one: unknown) => One[],
): QueryResult<One> {
  const answer = parse(text);
  if (!isObject(answer)) return { problem: `HTTP ${status}, and the answer is not JSON` };
  const { status: outcome, data, error, warnings } = answer;
  if (outcome !== "success")
    return {
      problem: `HTTP ${status}${typeof error === "string" ? `: ${error.slice(0, MAX_PROBLEM)}` : ""}`,
    };
  const result: unknown = isObject(data) && data["resultType"] === type ? data["result"] : undefined;
  if (!Array.isArray(result))
    return { problem: `the answer is not that of ${type === "vector" ? "an instant" : "a range"} query` };
  const series = result.flatMap(convert);
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
  return Number.isNaN(value) ? [] : [{ labels: toLabels(one["metric"]), value }];
}

function toSeriesOverTime(one: unknown, maxGapMs: number): SeriesOverTime[] {
  if (!isObject(one) || !isObject(one["metric"]) || !Array.isArray(one["values"])) return [];
  return [{ labels: toLabels(one["metric"]), spells: toSpells(one["values"], maxGapMs) }];
}

function toSpells(samples: readonly unknown[], maxGapMs: number): readonly Spell[] {
  const spells: Spell[] = [];
  let spell: { first: number; last: number; value: number } | undefined;
  let text: unknown;
  for (const sample of samples) {
    const at = Array.isArray(sample) ? Number(sample[0]) * 1_000 : Number.NaN;
    if (!Array.isArray(sample) || Number.isNaN(at)) continue;
    // Most samples repeat the value before, so that few texts are converted.
    if (spell !== undefined && sample[1] === text && at - spell.last <= maxGapMs) spell.last = at;
    else {
      text = sample[1];
      const value = Number(text);
      spell = Number.isNaN(value) ? undefined : { first: at, last: at, value };
      if (spell !== undefined) spells.push(spell);
    }
  }
  return spells;
}

function toLabels(metric: Readonly<Record<string, unknown>>): Series["labels"] {
  return Object.fromEntries(Object.entries(metric).map(([label, text]) => [label, String(text)]));
}
