import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import type { Credentials, Series } from "../../src/fleet/read/prometheus.ts";
import { select, toMatchers } from "../../src/fleet/read/promql.ts";
import { EXPECTED_RULES, toRawQuery } from "../../src/fleet/read/queries.ts";
import {
  type FleetReaderOptions,
  type FleetView,
  readOverview,
  readServices,
} from "../../src/fleet/read/reader.ts";
import { serveHttp, switchProtocols } from "../support/serve-http.ts";

const NOW = new Date("2026-11-27T03:12:00Z");

async function serve(listener: RequestListener): Promise<URL> {
  return new URL(`http://127.0.0.1:${await serveHttp(listener)}`);
}

function toOptions(url: URL, more: { readonly timeoutMs?: number; toCredentials?: () => Credentials } = {}) {
  const { timeoutMs = 30_000, toCredentials = () => ({}) } = more;
  return {
    ...DEFAULT_LABELS,
    prometheus: { url, timeoutMs, maxAnswerBytes: 10_000, toCredentials },
    selector: {},
    maxAgeMs: 120_000,
  } satisfies FleetReaderOptions;
}

function read(url: URL, more?: Parameters<typeof toOptions>[1]): Promise<FleetView> {
  return readOverview(toOptions(url, more), { at: NOW, signal: new AbortController().signal });
}

function toAnswer(
  series: readonly (Series["labels"] & { readonly value?: string })[],
  more: object = {},
): string {
  const result = series.map(({ value = "1", ...metric }) => ({
    metric,
    value: [NOW.getTime() / 1_000, value],
  }));
  return JSON.stringify({ status: "success", data: { resultType: "vector", result }, ...more });
}

/** What the rules record for a service, evaluated some seconds ago. */
function toRecorded(job: string, overall: string, more: Record<string, string> = {}, ageSeconds = 5) {
  const value: Record<string, string> = {
    "service:svc_status_overall:max": overall,
    "service:svc_status_instances:count": "3",
    "service:svc_status_in_service:sum": "3",
    "service:svc_status_up:sum": "3",
    "service:svc_status_up:count": "3",
    ...more,
  };
  return [
    ...EXPECTED_RULES.map((name) => ({ __name__: name, job, value: value[name] ?? "1" })),
    { svc_status_series: "evaluated", job, value: String(NOW.getTime() / 1_000 - ageSeconds) },
  ];
}

describe("PromQL", () => {
  test("gets values only as values", () => {
    const hostile = 'a"} or vector(1) #\\\n\u2028\ud800';
    const text = toMatchers({ job: hostile });
    expect(text).toBe('{job="a\\"} or vector(1) #\\\\\\n\u2028\ufffd"}');
    expect(select("max by (job) (svc_status_overall)", { job: "a$&" })).toBe(
      'max by (job) (svc_status_overall{job="a$&"})',
    );
    expect(select("service:svc_status_up:sum and up == 1", { a: "b" })).toBe(
      'service:svc_status_up:sum and up{a="b"} == 1',
    );
  });
});

describe("an answer that cannot be used is never green", () => {
  const answers: readonly [what: string, listener: RequestListener, problem: string][] = [
    [
      "an error",
      (_, response) => response.writeHead(422).end('{"status":"error","error":"bad query"}'),
      "HTTP 422: bad query",
    ],
    [
      "503 with HTML",
      (_, response) => response.writeHead(503).end("<html>"),
      "HTTP 503, and the answer is not JSON",
    ],
    ["HTML", (_, response) => response.end("<html>"), "HTTP 200, and the answer is not JSON"],
    [
      "a redirect",
      (_, response) => response.writeHead(302, { location: "http://evil/" }).end(),
      "HTTP 302, and the answer is not JSON",
    ],
    [
      "half a JSON",
      (_, response) => response.end(toAnswer(toRecorded("a", "0")).slice(0, -9)),
      "HTTP 200, and the answer is not JSON",
    ],
    [
      "another JSON",
      (_, response) => response.end('{"status":"success","data":{"resultType":"matrix","result":[]}}'),
      "the answer is not that of an instant query",
    ],
    ["null", (_, response) => response.end("null"), "HTTP 200, and the answer is not JSON"],
    ["too much", (_, response) => response.end("x".repeat(20_000)), "the answer is larger than 10000 bytes"],
    ["a closed connection", (request) => request.socket.destroy(), "socket hang up"],
    [
      "no series",
      (_, response) => response.end(toAnswer([])),
      "Prometheus has no such service with extended metrics",
    ],
    [
      "numbers that are none",
      (_, response) => response.end(toAnswer(toRecorded("a", "NaN"))),
      "recording rules are missing: service:svc_status_overall:max",
    ],
    [
      "a warning",
      (_, response) => response.end(toAnswer(toRecorded("a", "0"), { warnings: ["a store is down"] })),
      "the answer is partial: a store is down",
    ],
    ["another protocol", switchProtocols, "the connection was closed without an answer"],
    [
      "a missing rule",
      (_, response) => response.end(toAnswer(toRecorded("a", "0").slice(0, 3))),
      "recording rules are missing: service:svc_status_in_service:sum, service:svc_status_up:sum, service:svc_status_up:count",
    ],
  ];

  test.each(answers)("%s", async (_, listener, problem) => {
    const view = await read(await serve(listener));
    expect(view).toMatchObject({ state: "UNKNOWN", problems: [problem] });
  });

  test("none at all", async () => {
    const url = await serve(() => {});
    expect(await read(url, { timeoutMs: 20 })).toMatchObject({
      state: "UNKNOWN",
      services: [],
      problems: ["no complete answer within 20ms"],
    });
  });

  test("nobody there", async () => {
    const { problems, state } = await read(new URL("http://127.0.0.1:9"));
    expect(state).toBe("UNKNOWN");
    expect(problems[0]).toContain("ECONNREFUSED");
  });

  test("an old evaluation", async () => {
    const url = await serve((_, response) => response.end(toAnswer(toRecorded("a", "0", {}, 121))));
    expect(await read(url)).toMatchObject({ state: "UNKNOWN", services: [{ name: "a", state: "UNKNOWN" }] });
  });

  test("an instance that is not scraped", async () => {
    const recorded = toRecorded("a", "0", { "service:svc_status_up:sum": "2" });
    const url = await serve((_, response) => response.end(toAnswer(recorded)));
    expect(await read(url)).toMatchObject({ state: "YELLOW", services: [{ state: "YELLOW" }] });
  });

  test("a rule without which the states are complete is named, and the state is known", async () => {
    const starts = "service:svc_status_since_timestamp_seconds:max";
    const absent = [starts, "handler:svc_status_state:max"];
    const recorded = toRecorded("a", "0");
    const url = await serve((_, response) => response.end(toAnswer(recorded)));
    expect(await read(url)).toMatchObject({ state: "OK", problems: [], absent: [starts] });
    const signal = new AbortController().signal;
    expect(await readServices("a", toOptions(url), { at: NOW, signal })).toMatchObject({
      state: "OK",
      absent,
    });
    const handlers = absent.map((__name__) => ({ __name__, job: "a", name: "Database" }));
    const whole = await serve((_, response) => response.end(toAnswer([...recorded, ...handlers])));
    expect(await readServices("a", toOptions(whole), { at: NOW, signal })).not.toHaveProperty("absent");
  });

  test("but RED is RED, even if something is missing", async () => {
    const answer = toAnswer(toRecorded("a", "2"), { warnings: ["a store is down"] });
    const url = await serve((_, response) => response.end(answer));
    expect(await read(url)).toMatchObject({
      state: "RED",
      problems: ["the answer is partial: a store is down"],
    });
  });
});

describe("the services", () => {
  test("are sorted, worst and causes first, and those of the worse replica count", async () => {
    const url = await serve((_, response) =>
      response.end(
        toAnswer([
          ...toRecorded("ok", "0"),
          ...toRecorded("effect", "2"),
          { __name__: "service:svc_status_root:max", job: "effect", root: "the cause" },
          ...toRecorded("the cause", "0"),
          ...toRecorded("the cause", "2"),
          { __name__: "service:svc_status_root:max", job: "the cause", root: "the cause" },
          { __name__: "handler:svc_status_root:count", job: "the cause", name: "Database", role: "cause" },
          ...toRecorded("yellow", "1"),
        ]),
      ),
    );
    const { services, state, evaluatedAt } = await read(url);
    expect(services.map(({ name, state: each }) => `${each} ${name}`)).toEqual([
      "RED the cause",
      "RED effect",
      "YELLOW yellow",
      "OK ok",
    ]);
    expect(services[0]).toMatchObject({ root: "the cause", causes: ["Database"] });
    expect(state).toBe("RED");
    expect(evaluatedAt).toEqual(new Date("2026-11-27T03:11:55Z"));
  });

  test("are effects of their first cause over any number of services, and members of a cycle are causes", async () => {
    /** The root that the rules find, up to four services away, and the next service on the path to it. */
    const toPath = (job: string, root: string, upstream?: string) => [
      ...toRecorded(job, "2"),
      { __name__: "service:svc_status_root:max", job, root },
      ...(upstream === undefined
        ? []
        : [{ __name__: "service:svc_status_chain:max", job, upstream, level: "1" }]),
    ];
    const url = await serve((_, response) =>
      response.end(
        toAnswer([
          ...Array.from({ length: 12 }, (_, index) =>
            toPath(`s${index}`, index <= 4 ? "s0" : `s${index}`, index === 0 ? undefined : `s${index - 1}`),
          ).flat(),
          ...toPath("a", "a", "b"),
          ...toPath("b", "b", "a"),
          ...toPath("far", "far", "b"),
          ...toPath("alone", "alone", "not known"),
          ...toPath("other", "other", "fine"),
          ...toRecorded("fine", "0"),
        ]),
      ),
    );
    const readAll = (from: URL) =>
      readOverview(
        { ...toOptions(from), prometheus: { ...toOptions(from).prometheus, maxAnswerBytes: 1_000_000 } },
        { at: NOW, signal: new AbortController().signal },
      );
    const { services } = await readAll(url);
    const roots = Object.fromEntries(services.map(({ name, root }) => [name, root]));
    const path = Array.from({ length: 12 }, (_, index) => [`s${index}`, "s0"]);
    const others = { a: "a", b: "b", far: "b", alone: "alone", other: "other", fine: undefined };
    expect(roots).toEqual({ ...Object.fromEntries(path), ...others });
    // A path that is too long ends somewhere, whatever Prometheus answers.
    const long = await serve((_, response) =>
      response.end(
        toAnswer(
          Array.from({ length: 150 }, (__, index) => toPath(`${index}`, `${index}`, `${index - 1}`)).flat(),
        ),
      ),
    );
    const view = await readAll(long);
    expect(view.services.find(({ name }) => name === "99")?.root).toBe("0");
    expect(view.services.find(({ name }) => name === "149")?.root).toBe("49");
    // Causes come first.
    const first = services.slice(0, 5).map(({ name }) => name);
    expect(first).toEqual(["a", "alone", "b", "other", "s0"]);
  });

  test("with one name in two namespaces are two", async () => {
    const recorded = ["a", "b"].flatMap((namespace) =>
      toRecorded("orders", namespace === "a" ? "0" : "2").map((one) => ({ ...one, namespace })),
    );
    const url = await serve((_, response) => response.end(toAnswer(recorded)));
    const view = await readServices("orders", toOptions(url), {
      at: NOW,
      signal: new AbortController().signal,
    });
    expect(view.services.map(({ where, state }) => [where, state])).toEqual([
      [{ namespace: "b" }, "RED"],
      [{ namespace: "a" }, "OK"],
    ]);
  });

  test("without rules come from raw series, and the view says so", async () => {
    const queries: string[] = [];
    const url = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request.setEncoding("utf8")) body += chunk;
      const { query = "" } = Object.fromEntries(new URLSearchParams(body));
      queries.push(query);
      const raw = toRecorded("a", "2").map(({ value, ...one }) => {
        const { __name__, ...labels } = { __name__: "", ...one };
        return { ...labels, svc_status_series: __name__, value };
      });
      response.end(toAnswer(queries.length === 1 ? [] : raw));
    });
    const view = await read(url);
    expect(view).toMatchObject({ isRaw: true, state: "RED", services: [{ name: "a" }], problems: [] });
    expect(queries[1]).toBe(toRawQuery(DEFAULT_LABELS, {}));
  });
});

test("credentials are read for each query, and a file that cannot be read is a problem", async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end(toAnswer(toRecorded("a", "0")));
  });
  let token = 1;
  const toCredentials = () => ({ authorization: `Bearer ${token++}` });
  await read(url, { toCredentials });
  await read(url, { toCredentials });
  expect(seen).toEqual(["Bearer 1", "Bearer 2"]);
  const unreadable = (): Credentials => {
    throw new Error("ENOENT: no such file");
  };
  expect(await read(url, { toCredentials: unreadable })).toMatchObject({
    state: "UNKNOWN",
    problems: ["ENOENT: no such file"],
  });
});

test("an aborted command gets no view", async () => {
  const controller = new AbortController();
  const url = await serve(() => controller.abort(new Error("ended")));
  await expect(readOverview(toOptions(url), { signal: controller.signal })).rejects.toThrow("ended");
});
