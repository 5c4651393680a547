import type { StatusFunction } from "../core/handler.ts";
import { expectNumber, expectObject, expectOneOf, failExpectation } from "../options/expect.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { followRedirects, type SendQuestion } from "./support/follow-redirects.ts";
import { type Measure, measureLatency, toStatus } from "./support/measure.ts";
import {
  type Expectations,
  expectAmount,
  expectFunction,
  expectNonEmptyText,
  expectOptions,
} from "./support/options.ts";
import { type ServiceReport, takeOver } from "./support/take-over.ts";

/** What is asked, and how the answer is judged. Every option is optional. */
export interface HttpOptions {
  /** @default "GET" */
  readonly method?: string;
  /** Sent along, such as `authorization`. Never shown. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The HTTP statuses that are right. Left out: 200 to 299, and 503 too where a report is taken over. */
  readonly expectedStatus?: number | readonly number[] | ((status: number) => boolean);
  /** RED unless the body holds this text or satisfies this function. Left out: any body will do. */
  readonly expectedBody?: string | ((body: string) => boolean);
  /** RED unless the body is JSON with these values at these paths: `{ "db.replicas.0.state": "up" }`. Left out: any body will do. */
  readonly expectedJson?: Readonly<Record<string, string | number | boolean | null>>;
  /**
   * The answer is another service's report, whose overall state becomes this one's: a `/svc_status.json`, or
   * `application/health+json`. Left out: the answer's HTTP status decides.
   */
  readonly report?: ServiceReport;
  /**
   * `"manual"`: a redirect is an answer like any other, and not an expected one; a login page that all go to would
   * otherwise look well. `"follow"`: its target is asked, at most 20 times in a row. `headers` are not sent to
   * another origin, which another port and `http:` in place of `https:` are too.
   * @default "manual"
   */
  readonly redirect?: "manual" | "follow";
  /** YELLOW when the whole answer took this long. Left out: time does not matter within the handler's deadline. */
  readonly warnLatencyMs?: number;
  /** RED when the whole answer took this long. Left out: only the handler's deadline counts. */
  readonly maxLatencyMs?: number;
  /**
   * RED when the body is longer. It is read up to here only.
   * @default 1048576
   */
  readonly maxBodyBytes?: number;
  /**
   * Another `fetch`, such as one with a proxy.
   * @default the built-in one
   */
  readonly fetch?: typeof globalThis.fetch;
}

const OPTIONS: Expectations<HttpOptions> = {
  method: expectNonEmptyText,
  headers: expectObject,
  expectedStatus: expectStatus,
  expectedBody: (option, value) =>
    typeof value === "string" ? expectNonEmptyText(option, value) : expectFunction(option, value),
  expectedJson: expectObject,
  report: (option, value) => expectOneOf(option, value, ["svc-status", "health+json"]),
  redirect: (option, value) => expectOneOf(option, value, ["manual", "follow"]),
  warnLatencyMs: expectAmount,
  maxLatencyMs: expectAmount,
  maxBodyBytes: expectAmount,
  fetch: expectFunction,
};

/**
 * Asks another service over HTTP, on a connection of its own that is closed afterwards.
 *
 * OK for an expected answer. YELLOW by latency, or as the other service reports. RED when it cannot be reached,
 * answers something else, or reports RED.
 *
 * @example
 * addStatusHandler("UserService", http("http://users:8080/svc_status.json", { report: "svc-status" }));
 * @throws TypeError for an address or an option that cannot be right.
 */
export function http(url: string | URL, options: HttpOptions = {}): StatusFunction {
  const address = toAddress(url);
  expectOptions(options, OPTIONS);
  const { method = "GET", redirect = "manual", maxBodyBytes = 1_048_576, report } = options;
  const { expectedBody, expectedJson, warnLatencyMs, maxLatencyMs, fetch = globalThis.fetch } = options;
  const isExpected = toStatusPredicate(options.expectedStatus, report);
  const headers = { ...options.headers };
  const limits = {
    ...(warnLatencyMs !== undefined && { warnLatencyMs }),
    ...(maxLatencyMs !== undefined && { maxLatencyMs }),
  };

  return withFailureKind(async function askHttp({ signal }) {
    const startedAt = performance.now();
    const send: SendQuestion = (question) =>
      fetch(question.url, {
        method: question.method,
        headers: { ...question.headers, connection: "close" },
        redirect: "manual",
        signal,
      });
    const first = { url: address, method, headers };
    const response = await (redirect === "follow" ? followRedirects(send, first) : send(first));
    const body = await readBody(response, maxBodyBytes);
    const { status } = response;
    if (!isExpected(status)) throw toStatusError(status);
    expectBody(body, expectedBody);
    if (expectedJson !== undefined) expectValues(body, expectedJson);
    const answered: Measure = { state: "OK", text: `HTTP status ${status}`, labels: { http_status: status } };
    const measures = [answered, measureLatency(startedAt, limits)];
    return toStatus(report === undefined ? measures : [takeOver(body, report), ...measures]);
  });
}

function toAddress(url: unknown): string {
  const text = url instanceof URL ? url.href : url;
  // What is shown of a wrong address must not be its password.
  if (typeof text !== "string" || !URL.canParse(text)) throw new TypeError("url: expected an absolute URL");
  const { protocol, username, password } = new URL(text);
  expectOneOf("url: protocol", protocol, ["http:", "https:"]);
  if (username !== "" || password !== "")
    throw new TypeError("url: expected no user name and no password; send an authorization header instead");
  return text;
}

function expectStatus(option: string, value: unknown): void {
  if (typeof value === "function") {
    expectFunction(option, value);
    return;
  }
  const statuses: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (statuses.length === 0) failExpectation(option, "at least one status", value);
  for (const status of statuses) expectNumber(option, status, { min: 100, max: 599, integer: true });
}

function toStatusPredicate(
  expected: HttpOptions["expectedStatus"],
  report: ServiceReport | undefined,
): (status: number) => boolean {
  if (typeof expected === "function") return expected;
  if (expected !== undefined) {
    const statuses = [expected].flat();
    return (status) => statuses.includes(status);
  }
  return (status) => (status >= 200 && status <= 299) || (status === 503 && report !== undefined);
}

function toStatusError(status: number): CheckError {
  const isRefusal = status === 401 || status === 403 || status === 407;
  return new CheckError(isRefusal ? "authentication" : "wrong answer", `HTTP status ${status}`);
}

/** The body up to a limit. What is longer is not read: the rest is cancelled, and with it the connection. */
async function readBody(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new CheckError("wrong answer", `the body is longer than ${maxBytes} bytes`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function expectBody(body: string, expected: HttpOptions["expectedBody"]): void {
  if (expected === undefined) return;
  const isRight = typeof expected === "string" ? body.includes(expected) : expected(body);
  if (!isRight) throw new CheckError("wrong answer", "the body is not what was expected");
}

function expectValues(body: string, expected: NonNullable<HttpOptions["expectedJson"]>): void {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new CheckError("wrong answer", "the body is not JSON");
  }
  for (const [path, wanted] of Object.entries(expected)) {
    if (readPath(value, path) !== wanted)
      throw new CheckError("wrong answer", `${path} is not ${JSON.stringify(wanted)}`);
  }
}

/** `db.replicas.0.state`: names and indices, parted by dots. */
function readPath(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}
