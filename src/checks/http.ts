import type { StatusFunction } from "../core/handler.ts";
import { HANDLER_INFO } from "../core/handler-info.ts";
import { offerUpstream } from "../core/offered-upstream.ts";
import { failExpectation } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { AMOUNT, choice, FLAG, FUNCTION, LINE, TEXT } from "../options/rules.ts";
import type { NumberShape, OptionShapes, WithDefaults } from "../options/shape.ts";
import { toError } from "../options/words.ts";
import { define } from "./support/definition.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { followRedirects, type SendRequest } from "./support/follow-redirects.ts";
import { LATENCY, type Measure, measureLatency, toStatus } from "./support/measure.ts";
import { readReport, type ServiceReport } from "./support/read-report.ts";

/** The request, and the expected response. Every option is optional. */
export interface HttpOptions {
  /** @default "GET" */
  readonly method?: string;
  /** Request headers, such as `authorization`. Never shown. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The expected HTTP statuses. Default: 200 to 299, and also 503 if `report` is set. */
  readonly expectedStatus?: number | readonly number[] | ((status: number) => boolean);
  /** RED unless the body contains this text or satisfies this function. Default: any body is OK. */
  readonly expectedBody?: string | ((body: string) => boolean);
  /**
   * RED unless the body is JSON with these values at these paths: `{ "db.replicas.0.state": "up" }`. Default:
   * any body is OK.
   */
  readonly expectedJson?: Readonly<Record<string, string | number | boolean | null>>;
  /**
   * The response is a report of another service, whose overall state becomes the state of this check: a
   * `/svc_status.json`, or `application/health+json`. Default: only the HTTP status of the response counts.
   */
  readonly report?: ServiceReport;
  /**
   * With `report`: the name of the other service in the fleet. It becomes the handler's option `upstream`.
   * Default: none.
   */
  readonly upstream?: string;
  /**
   * `"manual"`: a redirect counts like any other response, and is unexpected by default. Otherwise, a service
   * that redirects all paths to a login page would look healthy. `"follow"`: follows up to 20 redirects in a
   * row. `headers` are not sent to another origin; another port or `http:` instead of `https:` is another
   * origin too.
   * @default "manual"
   */
  readonly redirect?: "manual" | "follow";
  /** YELLOW from this time for the whole response. Default: any time within the handler's deadline is OK. */
  readonly warnLatencyMs?: number;
  /** RED from this time for the whole response. Default: only the handler's deadline counts. */
  readonly maxLatencyMs?: number;
  /**
   * RED if the body is longer. The check stops reading there.
   * @default 1048576
   */
  readonly maxBodyBytes?: number;
  /**
   * Another implementation of `fetch`, such as one with a proxy.
   * @default the built-in one
   */
  readonly fetch?: typeof globalThis.fetch;
}

const STATUS: NumberShape = { kind: "number", min: 100, max: 599, integer: true };

const OPTIONS: OptionShapes<HttpOptions, ResolvedHttpOptions> = {
  method: { ...LINE, default: "GET" },
  headers: { kind: "map", values: { ...LINE, isSecret: true }, default: {} },
  expectedStatus: {
    kind: "either",
    shapes: [
      STATUS,
      { kind: "list", items: STATUS, isNonEmpty: true, expected: "at least one status" },
      FUNCTION,
    ],
  },
  expectedBody: { kind: "either", shapes: [LINE, FUNCTION] },
  expectedJson: {
    kind: "map",
    values: { kind: "either", shapes: [TEXT, { kind: "number" }, FLAG, choice(null)] },
  },
  report: choice("svc-status", "health+json"),
  upstream: HANDLER_INFO.upstream,
  redirect: { ...choice("manual", "follow"), default: "manual" },
  ...LATENCY,
  maxBodyBytes: { ...AMOUNT, default: 1_048_576 },
  fetch: FUNCTION,
};

type ResolvedHttpOptions = WithDefaults<HttpOptions, Exclude<keyof HttpOptions, WithDefault>>;
type WithDefault = "method" | "headers" | "redirect" | "maxBodyBytes";

/**
 * Sends a request to another service over HTTP, on a separate connection that is closed afterwards.
 *
 * OK for an expected response. YELLOW by latency, or if the other service reports it. RED if the service
 * cannot be reached, the response is not expected, or the service reports RED.
 *
 * @example
 * addStatusHandler("UserService", http("http://users:8080/svc_status.json", { report: "svc-status" }));
 * @throws TypeError for an invalid URL or option.
 */
export function http(url: string | URL, options: HttpOptions = {}): StatusFunction {
  const address = toAddress(url);
  const given = readOptions(OPTIONS, options);
  const { method, headers, redirect, maxBodyBytes, report, upstream } = given;
  if (upstream !== undefined && report === undefined)
    failExpectation("upstream", "the option report too", upstream);
  const { expectedBody, expectedJson, fetch = globalThis.fetch } = given;
  const isExpected = toStatusPredicate(given.expectedStatus, report);

  const checkHttp = withFailureKind(async function checkHttp({ signal }) {
    const startedAt = performance.now();
    const send: SendRequest = (request) =>
      fetch(request.url, {
        method: request.method,
        headers: { ...request.headers, connection: "close" },
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
    const measures = [answered, measureLatency(startedAt, given)];
    return toStatus(report === undefined ? measures : [readReport(body, report), ...measures]);
  });
  return upstream === undefined ? checkHttp : offerUpstream(checkHttp, upstream);
}

define(http, {
  title: "HTTP",
  target: {
    kind: "text",
    pattern: /^[Hh][Tt][Tt][Pp][Ss]?:\/\//u,
    mistake: "the URL must start with http:// or https:// (value hidden)",
  },
  shorten: (url) => `${new URL(url).host}${new URL(url).pathname.replace(/\/$/, "")}`,
  options: OPTIONS,
});

function toAddress(url: unknown): string {
  const text = url instanceof URL ? url.href : url;
  // The message must not contain the password of an invalid URL.
  if (typeof text !== "string" || !URL.canParse(text))
    throw toError({ path: "url", text: "expected an absolute URL" });
  const { protocol, username, password } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:")
    throw toError({ path: "url", text: `protocol: expected "http:" or "https:", got "${protocol}"` });
  if (username !== "" || password !== "")
    throw toError({
      path: "url",
      text: "expected no user name and no password; send an authorization header instead",
    });
  return text;
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

/** Reads the body up to a limit. If it is longer, cancels the response and closes the connection. */
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
  if (!isRight) throw new CheckError("wrong answer", "the body is not the expected one");
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

/** `db.replicas.0.state`: names and indices, separated by dots. */
function readPath(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}
