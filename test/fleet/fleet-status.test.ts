import type { RequestListener } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createFleet } from "../../src/fleet/create-fleet.ts";
import { type FleetStatusOptions, fleetStatus } from "../../src/fleet/fleet-status.ts";
import { FEED_LIMITS } from "../../src/fleet/page/events.ts";
import { EXPECTED_RULES, STARTS } from "../../src/fleet/read/queries.ts";
import { MAX_VIEWS, READ_LIMITS } from "../../src/fleet/views.ts";
import type { StatusStream } from "../../src/http/message.ts";
import { type Ask, createAsk } from "../../src/testing/ask.ts";
import { systemClock } from "../../src/util/clock.ts";
import { serveHttp } from "../support/serve-http.ts";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await serveHttp(listener)}`;
}

/** Answers every instant query with the same samples, and range queries with one hour of RED. */
function servePrometheus(toSamples: (query: string) => readonly Sample[]): Promise<string> {
  return serve(answerWith(toSamples));
}

function answerWith(toSamples: (query: string) => readonly Sample[]): RequestListener {
  return async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const form = new URLSearchParams(body);
    const isRange = request.url?.endsWith("query_range") === true;
    const result = isRange
      ? toAccountsAxis(form)
      : toSamples(form.get("query") ?? "").map(([metric, value]) => ({ metric, value: [0, String(value)] }));
    const data = { resultType: isRange ? "matrix" : "vector", result };
    response.end(JSON.stringify({ status: "success", data }));
  };
}

/** When accounts is RED in the past. */
const RED_S = Date.parse("2026-01-02T00:55:20Z") / 1_000;

/** The starts of the states of accounts: RED for a while in the past, or up to the present. */
function toAccountsAxis(form: URLSearchParams): readonly object[] {
  const [start = 0, end = 0, step = 1] = ["start", "end", "step"].map((name) => Number(form.get(name)));
  const red = RED_S > start && RED_S < end ? RED_S : end - 3_700;
  const ok = red + 5_500;
  const times = Array.from(
    { length: 1 + Math.floor((end - start) / step) },
    (_, index) => start + index * step,
  );
  const toSeries = (state: string, since: number, from: number, to: number): object => ({
    metric: { job: "accounts", state },
    values: times.filter((at) => at >= from && at - step < to).map((at) => [at, String(since)]),
  });
  return [
    toSeries("0", start - 10, start, red),
    toSeries("2", red, red, ok),
    ...(ok < end ? [toSeries("0", ok, ok, end)] : []),
  ];
}

const NOW_S = Math.floor(Date.now() / 1_000);

function toRecorded(job: string, overall: number, more: Readonly<Record<string, number>> = {}): Sample[] {
  const values: Record<string, number> = {
    ...Object.fromEntries(EXPECTED_RULES.map((name) => [name, 3])),
    "service:svc_status_known:max": 1,
    "service:svc_status_overall:max": overall,
    ...more,
  };
  return [
    ...Object.entries(values).map(([__name__, value]): Sample => [{ __name__, job }, value]),
    [{ svc_status_series: "evaluated", job }, NOW_S],
  ];
}

function toRed(job: string, root: string): Sample[] {
  return [
    ...toRecorded(job, 2, { "service:svc_status_failed_since_timestamp_seconds:min": NOW_S - 300 }),
    [{ __name__: "service:svc_status_root:max", job, root }, 1],
    [
      {
        __name__: "handler:svc_status_root:count",
        job,
        name: `${root} is down`,
        role: root === job ? "cause" : "effect",
        root,
      },
      3,
    ],
  ];
}

const FLEET: readonly Sample[] = [
  ...toRed("accounts", "accounts"),
  ...toRed("orders", "accounts"),
  ...toRed("web", "accounts"),
  ...toRecorded("stock", 0, { "service:svc_status_up:sum": 2 }),
  ...toRecorded("fine", 0),
  [{ __name__: STARTS, job: "fine", state: "0" }, NOW_S - 7_200],
];

async function askFleet(prometheus: string, options: Partial<FleetStatusOptions> = {}): Promise<Ask> {
  const fleet = fleetStatus({ prometheus, ...options });
  onTestFinished(() => fleet.close());
  return createAsk({ fleet });
}

test("leaves room for other clients if one requests many different views of a slow Prometheus", async () => {
  const { freeForAll, share } = READ_LIMITS;
  const hanging: (() => void)[] = [];
  const answer = answerWith(() => FLEET);
  const prometheus = await serve((request, response) => {
    hanging.push(() => answer(request, response));
  });
  const ask = await askFleet(prometheus);
  const open = (remoteAddress: string, count: number) =>
    Array.from({ length: count }, (_, number) =>
      ask(`/fleet.json?service=${remoteAddress}-${number}`, { remoteAddress }),
    );
  const busy = open("192.0.2.1", freeForAll);
  expect(await open("192.0.2.1", 1 + freeForAll)[freeForAll]).toMatchObject({ status: 503 });
  const other = open("192.0.2.2", share);
  await vi.waitFor(() => expect(hanging).toHaveLength(freeForAll + share), { timeout: 20_000 });
  // Views that are being read cost nothing more.
  const again = open("192.0.2.1", 1);
  for (const each of hanging) each();
  for (const each of await Promise.all([...busy, ...other, ...again])) expect(each.status).toBe(200);
});

test("keeps the last answer of the present, however many moments in the past a client requests", async () => {
  let isGood = true;
  const good = answerWith(() => FLEET);
  const prometheus = await serve((request, response) =>
    isGood ? good(request, response) : response.writeHead(503).end(),
  );
  const clock = createSkippingClock();
  const ask = await askFleet(prometheus, { clock });
  await ask("/fleet");
  isGood = false;
  clock.skip();
  for (let minute = 0; minute < 2 * MAX_VIEWS; minute += 1) {
    const at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    expect(await ask(`/fleet.json?at=${at}`)).toMatchObject({ status: 200 });
    expect(await ask(`/fleet.json?service=${minute}`)).toMatchObject({ status: 200 });
  }
  expect(JSON.parse((await ask("/fleet.json")).body)).toMatchObject({
    isStale: true,
    problems: ["HTTP 503, and the answer is not JSON"],
    services: [{}, {}, {}, {}, {}],
  });
});

test("leaves streams of other services for other clients", async () => {
  const { freeForAll, share, total } = FEED_LIMITS;
  const ask = await askFleet(await servePrometheus(() => FLEET));
  const streams: StatusStream[] = [];
  const open = async (remoteAddress: string, count: number): Promise<number> => {
    const before = streams.length;
    for (let number = 0; number < count; number += 1) {
      const query = `?service=${remoteAddress}-${number}`;
      await ask(`/fleet.json${query}`, { remoteAddress });
      const { stream } = await ask(`/fleet.events${query}`, { remoteAddress });
      if (stream !== undefined) streams.push(stream(() => {}));
    }
    return streams.length - before;
  };
  onTestFinished(() => {
    for (const each of streams) each.cancel();
  });
  expect(await open("192.0.2.1", total)).toBe(freeForAll);
  expect(await open("192.0.2.2", total)).toBe(share);
  expect(await open("192.0.2.3", 1)).toBe(1);
});

test("a stream counts as a view that is read", async () => {
  const prometheus = await serve(() => {});
  const ask = await askFleet(prometheus, { timeoutMs: 60_000 });
  const open = (number: number) => ask(`/fleet.events?service=${number}`, { remoteAddress: "192.0.2.1" });
  for (let number = 0; number < READ_LIMITS.freeForAll; number += 1)
    expect(await open(number)).toMatchObject({ status: 200 });
  expect(await open(99)).toMatchObject({ status: 503, body: "too many different views at once\n" });
});

test("says on the page why axes are missing, and which recording rules have no series", async () => {
  const answer = answerWith(() => FLEET.filter(([{ __name__ }]) => __name__ !== STARTS));
  const prometheus = await serve((request, response) =>
    request.url?.endsWith("query_range")
      ? response.writeHead(422).end('{"status":"error","error":"too many samples"}')
      : answer(request, response),
  );
  const ask = await askFleet(prometheus);
  const toText = (rule: string) => `no series of the recording rule ${rule}: see svc-status fleet rules`;
  const { body } = await ask("/fleet");
  expect(body).toContain("<title>RED: Fleet</title>");
  expect(body).toContain("The axes are incomplete: HTTP 422: too many samples");
  expect(body).toContain(toText(STARTS));
  const service = (await ask("/fleet?service=fine")).body;
  for (const rule of [STARTS, "handler:svc_status_state:max"]) expect(service).toContain(toText(rule));
  expect((await ask("/fleet.md")).body).toContain(`- incomplete: \`${toText(STARTS)}\``);
});

test("names Prometheus on the page that shows old data, and what the axes can show", async () => {
  const ask = await askFleet(await servePrometheus(() => FLEET));
  const { body } = await ask("/fleet");
  expect(body).toContain('data-late-text="Prometheus does not answer"');
  expect(body).toContain(
    "Axes show the start of each state; of equal states within 1 min or more, the last.",
  );
  expect((await ask("/fleet?service=orders")).body).toContain(
    "Axes show the worst state of each minute or more.",
  );
});

describe("the details of an instance", () => {
  const DETAIL = '<img src=x onerror="alert(1)"> lost\u0007';

  /** A fleet with one instance of orders, which answers with a report. */
  async function askDetails(
    report: object | string,
    details = true,
  ): Promise<{ ask: Ask; instance: string; requests: () => number; requested: () => string | undefined }> {
    let requests = 0;
    let requested: string | undefined;
    const url = await serve((request, response) => {
      requests += 1;
      requested = request.url;
      response.end(typeof report === "string" ? report : JSON.stringify(report));
    });
    const instance = url.replace("http://", "");
    const prometheus = await servePrometheus((query) => [
      ...toRecorded("orders", 0),
      ...(query.includes("instance=") ? [[{ job: "orders", instance }, 1] as const] : []),
      [{ svc_status_series: "down", job: "orders", instance: "a&b" }, 0],
    ]);
    const ask = await askFleet(prometheus, details ? { details: { hosts: ["127.0.0.1:*"] } } : {});
    return { ask, instance, requests: () => requests, requested: () => requested };
  }

  test("are the handlers that it reports, as text, on a page of their own", async () => {
    const entries = [
      {
        name: "Database</bdi>",
        state: "RED",
        detail: DETAIL,
        since: new Date(Date.now() - 300_000).toISOString(),
      },
      { name: "Cache", state: "OK" },
    ];
    const { ask, instance } = await askDetails({ entries });
    const { status, body, headers } = await ask(`/fleet?service=orders&instance=${instance}`);
    expect(status).toBe(200);
    expect(headers["Content-Security-Policy"]).toContain("default-src 'none'");
    expect(body).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt; lost");
    expect(body).not.toMatch(/<img|Database<\/bdi><\/bdi>/);
    expect(body).not.toContain("\u0007");
    expect(body.match(/<li class="row (?:RED|OK)"/g)).toHaveLength(2);
    expect(body).toMatch(new RegExp(`Details of <a href="http://${instance}/svc_status" rel="noreferrer">`));
    expect(body).toContain('<span id="link">Snapshot</span>');
    expect(body).not.toContain("<script");
    const filtered = await ask(`/fleet?service=orders&instance=${instance}&q=cache`);
    expect(
      filtered.body.match(/<li class="row \w+" data-key="row:\d" data-state="\w+" hidden>/g),
    ).toHaveLength(1);
    const json = await ask(`/fleet.json?service=orders&instance=${instance}`);
    expect(JSON.parse(json.body)).toMatchObject({ entries, url: `http://${instance}/svc_status` });
  });

  test("are linked from the page of the service, with a form for every other instance", async () => {
    const { ask } = await askDetails({ entries: [] });
    const { body } = await ask("/fleet?service=orders");
    expect(body).toContain('<a href="?service=orders&amp;instance=a%26b">Details</a>');
    expect(body).toContain('name="instance"');
    const past = await ask("/fleet?service=orders&at=2026-01-01T00:00Z");
    expect(past.body).toContain(
      '<a href="?service=orders&amp;instance=a%26b&amp;at=2026-01-01T00%3A00Z">Details</a>',
    );
    expect(past.body).toMatch(/name="at" value="2026-01-01T00:00Z"><label>Instance <input/);
  });

  test("of a moment in the past are what the instance recorded", async () => {
    const entries = [
      { name: "Database", state: "RED", detail: DETAIL, since: "2025-12-31T23:58:00Z" },
      { name: "Cache", state: "unknown" },
    ];
    const { ask, instance, requested } = await askDetails({ past: true, entries });
    const query = `service=orders&instance=${instance}&at=2026-01-01T00:00Z`;
    const { status, body } = await ask(`/fleet?${query}`);
    expect(status).toBe(200);
    expect(requested()).toBe("/svc_status.report?at=2026-01-01T00%3A00%3A00.000Z");
    expect(body.match(/<li class="row (?:RED|UNKNOWN)"/g)).toHaveLength(2);
    expect(body).toContain(">2 min</time>");
    expect(body).toContain(
      `Details of <a href="http://${instance}/svc_status?at=2026-01-01T00%3A00%3A00.000Z" rel="noreferrer">`,
    );
    expect(body).toContain('<a href="?service=orders&amp;at=2026-01-01T00%3A00Z">All instances</a>');
    expect(body).toContain('<span id="link">Past</span>');
    expect(body).not.toContain("<script");
    const json = await ask(`/fleet.json?${query}`);
    expect(JSON.parse(json.body)).toMatchObject({ at: "2026-01-01T00:00:00.000Z", entries: [{}, {}] });
    const now = await ask(`/fleet?service=orders&instance=${instance}`);
    expect(now.body).toContain("the answer is not a report of svc-status");
  });

  test("of a moment in the past are never the present ones", async () => {
    const { ask, instance } = await askDetails({ entries: [{ name: "Database", state: "OK" }] });
    const { body } = await ask(`/fleet?service=orders&instance=${instance}&at=2026-01-01T00:00Z`);
    expect(body).toContain("the answer is not a report of svc-status about that moment");
    expect(body).not.toContain("Database");
  });

  test("are off by default: nothing is fetched, and nothing is linked", async () => {
    const { ask, instance, requests } = await askDetails({ entries: [] }, false);
    expect(await ask(`/fleet?service=orders&instance=${instance}`)).toMatchObject({ status: 404 });
    expect((await ask("/fleet?service=orders")).body).not.toMatch(/>Details<|name="instance"/);
    expect(requests()).toBe(0);
  });

  test.each([
    ["/fleet.md?service=orders&instance=a", 404],
    ["/fleet.events?service=orders&instance=a", 404],
    ["/fleet?instance=a", 400],
    ["/fleet?instance=a&at=2026-01-01T00:00Z", 400],
    [`/fleet?service=orders&instance=${"a".repeat(1_001)}`, 400],
  ])("are not %s", async (path, status) => {
    const { ask, requests } = await askDetails({ entries: [] });
    expect(await ask(path)).toMatchObject({ status });
    expect(requests()).toBe(0);
  });

  test("say why there are none, with the name as text", async () => {
    const { ask, instance } = await askDetails("<html>");
    const html = await ask(`/fleet?service=orders&instance=${instance}`);
    expect(html.body).toContain("the answer is not a report of svc-status");
    const unknown = await ask("/fleet?service=orders&instance=%3Cb%3E");
    expect(unknown.body).toContain(
      "No details of <bdi>&lt;b&gt;</bdi>: Prometheus has no such instance of this service",
    );
  });

  test("need a list of hosts without mistakes", () => {
    expect(() => fleetStatus({ prometheus: "http://p", details: { hosts: ["http://a"] } })).toThrow(
      "details.hosts[0]: expected a host such as orders.example.org",
    );
  });
});

describe("the page of the fleet", () => {
  test("shows services worst first, and folds effects under their cause", async () => {
    const ask = await askFleet(await servePrometheus(() => FLEET));
    const { status, body, headers } = await ask("/fleet");
    expect(status).toBe(200);
    expect(headers["Content-Security-Policy"]).toContain("default-src 'none'");
    expect(body).toContain("<title>RED: Fleet</title>");
    const names = [...body.matchAll(/<span class="name"><bdi>([^<]*)/g)].map(([, name]) => name);
    expect(names).toEqual(["orders", "web", "accounts", "stock", "fine"].toSorted(byPage(body)));
    expect(body).toContain("2 RED because of this");
    expect(body).toContain("accounts is down; 2 RED because of it");
    expect(body).toContain("1 not scraped");
    expect(body).toMatch(/<b>3<\/b> RED.*<b>1<\/b> YELLOW.*<b>1<\/b> OK/);
    // The last 24 hours of a service: OK, then RED.
    expect(body).toMatch(/data-turns="o\w+ u?\w* ?r?[^"]*"/);
  });

  test("is Markdown and JSON too", async () => {
    const ask = await askFleet(await servePrometheus(() => FLEET));
    const { body, headers } = await ask("/fleet.md");
    expect(headers["Content-Type"]).toBe("text/markdown; charset=utf-8");
    expect(body.split("\n").slice(1)).toEqual([
      "- **RED** `accounts` for 5 min: `accounts is down; 2 RED because of it`",
      "- **RED** `orders` for 5 min: `because of accounts`",
      "- **RED** `web` for 5 min: `because of accounts`",
      "- **YELLOW** `stock`: `1 not scraped`",
      "",
    ]);
    expect(JSON.parse((await ask("/fleet.json")).body)).toMatchObject({ state: "RED", problems: [] });
    expect((await ask("/fleet.md?q=stock&state=YELLOW")).body).not.toContain("accounts");
  });

  test("hides with the filter of the URL what does not match, without the script", async () => {
    const ask = await askFleet(await servePrometheus(() => FLEET));
    const { body } = await ask("/fleet?q=web&span=1h");
    expect(body).toMatch(/data-key="row:\[\{\},&quot;web&quot;\]" data-state="RED">/);
    expect(body).toMatch(/data-key="row:\[\{\},&quot;stock&quot;\]" data-state="YELLOW" hidden>/);
    expect(body).toMatch(/<details class="fold" open>/);
    expect((await ask("/fleet?state=RED&q=nobody")).body).toMatch(
      /<p id="none" class="none">No listed service/,
    );
  });

  test("shows a moment in the past as it was, without the script, with links to other moments", async () => {
    const asked: string[] = [];
    const prometheus = await servePrometheus(() => FLEET);
    const ask = await askFleet(prometheus);
    const { body } = await ask("/fleet?at=2026-01-02T03:12Z&service=a%22b");
    expect(asked).toEqual([]);
    expect(body).not.toContain("<script");
    expect(body).not.toContain("http-equiv");
    expect(body).toContain('<a href="?service=a%22b&amp;at=2026-01-02T03%3A07Z">5 min earlier</a>');
    expect(body).toContain('<a href="?service=a%22b&amp;at=2026-01-02T04%3A12Z">1 h later</a>');
    expect(body).toContain('<a href="?service=a%22b">now</a>');
    expect(body).toContain("Showing 02 Jan 2026 03:12 UTC, back to <a");
    for (const at of ["yesterday", "2999-01-01T00:00Z", "2026-13-01T00:00Z"])
      expect(await ask(`/fleet?at=${at}`)).toMatchObject({ status: 400 });
    expect(await ask("/fleet.events?at=2026-01-02T03:12Z")).toMatchObject({ status: 503 });
    expect(await ask(`/fleet?service=${"x".repeat(1_001)}`)).toMatchObject({ status: 400 });
  });

  test("has a slider over the time of the axes, which is a form without the script", async () => {
    const ask = await askFleet(await servePrometheus(() => FLEET));
    const { body } = await ask("/fleet?at=2026-01-02T03:12Z&minutes=-75");
    expect(body).toContain("Showing 02 Jan 2026 01:57 UTC");
    expect(body).toContain('<input type="hidden" name="at" value="2026-01-02T01:57Z">');
    expect(body).toContain(
      '<label>Minutes from 01:57 UTC <input type="range" name="minutes" min="-1440" max="0" step="5" value="0"',
    );
    // The first turn of an axis is the start of the axis, and no change.
    expect(body).toContain('<a href="?at=2026-01-02T00%3A55%3A20Z">previous change</a>');
    expect(body).toContain('<a href="?at=2026-01-02T02%3A27Z">next change</a>');
    // What comes later is not on the axis of the moment.
    expect(body).toContain("Last 24 h, UTC: RED since 00:55.");
    // At a change, the links lead to the others.
    const change = (await ask("/fleet?at=2026-01-02T00:55:20Z")).body;
    expect(change).toContain('<a href="?at=2026-01-02T02%3A27Z">next change</a>');
    expect(change).not.toContain("previous change");
    const later = (await ask("/fleet?at=2026-01-02T02:27Z")).body;
    expect(later).toContain('<a href="?at=2026-01-02T00%3A55%3A20Z">previous change</a>');
    expect(later).not.toContain("next change");
    expect((await ask("/fleet")).body).not.toContain("next change");
    for (const minutes of ["1", "-1441", "-0.5", "x", "Infinity"])
      expect(await ask(`/fleet?at=2026-01-02T03:12Z&minutes=${minutes}`)).toMatchObject({ status: 400 });
    expect((await ask("/fleet")).body).toMatch(/<input type="range" name="minutes" [^>]* data-to="\d+">/);
  });

  test("streams the same parts", async () => {
    const ask = await askFleet(await servePrometheus(() => FLEET));
    const { status, stream } = await ask("/fleet.events");
    expect(status).toBe(200);
    const opened = stream?.(() => {});
    const piece = new TextDecoder().decode(await opened?.next());
    opened?.cancel();
    expect(piece).toMatch(/^event: picture\ndata: \{"order":\["row:/);
    expect(await opened?.next()).toBeUndefined();
  });

  test("obeys authorize: 403, and 500 if it throws", async () => {
    const prometheus = await servePrometheus(() => FLEET);
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const logger = { info: log, warn: log, error: log };
    const refused = await askFleet(prometheus, { authorize: () => false });
    for (const target of ["/fleet", "/fleet.json", "/fleet.md", "/fleet.events"])
      expect(await refused(target)).toMatchObject({ status: 403, body: "forbidden\n" });
    const failing = await askFleet(prometheus, {
      logger,
      authorize() {
        throw new Error("no idea");
      },
    });
    expect(await failing("/fleet")).toMatchObject({ status: 500 });
    expect(lines).toEqual(["SVC046 authorize of the fleet's page failed, the answer is 500: no idea"]);
    const allowed = await askFleet(prometheus, { authorize: async () => true });
    expect(await allowed("/fleet")).toMatchObject({ status: 200 });
  });

  test("shows label values as text, whatever they contain", async () => {
    const hostile = [
      "<script>alert(1)</script>",
      "x".repeat(10_000),
      "\u202eabc",
      "\"&'",
      "a\u0000b",
      "[1](javascript:x)",
    ];
    const prometheus = await servePrometheus(() =>
      hostile.flatMap((job) => toRecorded(job, Number.NaN).concat(toRecorded(job, 1))),
    );
    const ask = await askFleet(prometheus);
    const { body } = await ask("/fleet");
    expect(body).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(body).not.toContain("<script>alert");
    expect(body).not.toContain("x".repeat(20_001));
    expect((await ask("/fleet.md")).body).toContain("`[1](javascript:x)`");
  });
});

function byPage(body: string): (one: string, other: string) => number {
  return (one, other) =>
    body.indexOf(`<bdi>${one}<`, body.indexOf('id="rows"')) -
    body.indexOf(`<bdi>${other}<`, body.indexOf('id="rows"'));
}

describe("a Prometheus that does not answer as it should", () => {
  const answers: readonly [what: string, listener: RequestListener, problem: string][] = [
    [
      "422",
      (_, response) => response.writeHead(422).end('{"status":"error","error":"too many samples"}'),
      "HTTP 422: too many samples",
    ],
    [
      "503 with HTML",
      (_, response) => response.writeHead(503).end("<html>"),
      "HTTP 503, and the answer is not JSON",
    ],
    ["200 with HTML", (_, response) => response.end("<html>"), "HTTP 200, and the answer is not JSON"],
    [
      "half a JSON",
      (_, response) => response.end('{"status":"success","data":{"res'),
      "HTTP 200, and the answer is not JSON",
    ],
    ["nothing in time", () => {}, "no complete answer within"],
    [
      "more than it may",
      (_, response) => response.end("x".repeat(20_000)),
      "the answer is larger than 10000 bytes",
    ],
  ];

  test.each(answers)("is never green: %s", async (_, listener, problem) => {
    const ask = await askFleet(await serve(listener), { timeoutMs: 200, maxAnswerBytes: 10_000 });
    const { status, body } = await ask("/fleet");
    expect(status).toBe(200);
    expect(body).toContain('<header class="head UNKNOWN"');
    expect(body).toContain("Nothing is known.");
    expect(body).toContain(problem);
    expect((await ask("/fleet.md")).body).toContain(`- incomplete: \`${problem}`);
  });

  test.each([...answers, ["503 after an OK", answers[1]?.[1] ?? (() => {}), "HTTP 503"] as const])(
    "shows its last answer with the age, gray, and as it was: %s",
    async (what, listener, problem) => {
      const before = what.endsWith("OK") ? toRecorded("fine", 0) : FLEET;
      const state = what.endsWith("OK") ? "OK" : "RED";
      let isGood = true;
      const good = answerWith(() => before);
      const prometheus = await serve((request, response) => (isGood ? good : listener)(request, response));
      const clock = createSkippingClock();
      const ask = await askFleet(prometheus, {
        refreshMs: 1_000,
        clock,
        timeoutMs: 1_000,
        maxAnswerBytes: 10_000,
      });
      expect((await ask("/fleet")).body).toContain(`<title>${state}: Fleet</title>`);
      isGood = false;
      clock.skip();
      const { body } = await ask("/fleet");
      expect(body).toContain("<title>UNKNOWN: Fleet</title>");
      expect(body).toMatch(/Prometheus does not answer. Its last answer is <time[^>]*>[^<]+ old<\/time>\./);
      expect(body).toContain(problem);
      expect(body).toMatch(/<li class="row OK stale"/);
      expect(body).not.toMatch(/<li class="row \w+"/);
      expect((await ask("/fleet.md")).body).toMatch(/^\*\*UNKNOWN\*\* .*, the last answer is of \d{4}-/);
      expect(JSON.parse((await ask("/fleet.json")).body)).toMatchObject({ state: "UNKNOWN", isStale: true });
    },
  );

  test("ignores an answer that arrives after the timeout", async () => {
    let arrive = (): void => {};
    const ask = await askFleet(
      await serve((_, response) => {
        arrive = () => void response.end("late");
      }),
      { timeoutMs: 50 },
    );
    expect((await ask("/fleet")).body).toContain("<title>UNKNOWN: Fleet</title>");
    arrive();
    expect((await ask("/fleet")).body).toContain("no complete answer within 50ms");
  });

  test("without recording rules says that this does not scale", async () => {
    const raw: readonly Sample[] = [
      [{ svc_status_series: "service:svc_status_known:max", job: "orders" }, 1],
      [{ svc_status_series: "service:svc_status_overall:max", job: "orders" }, 0],
    ];
    const ask = await askFleet(
      await servePrometheus((query) => (query.includes("last_over_time") ? raw : [])),
    );
    expect((await ask("/fleet")).body).toContain("which does not scale");
  });

  test("without the time of the evaluation is not green, because its age is unknown", async () => {
    const timeless = toRecorded("orders", 0).filter(([{ svc_status_series: kind }]) => kind === undefined);
    const ask = await askFleet(await servePrometheus(() => timeless));
    const { body } = await ask("/fleet");
    expect(body).toContain("the time of the last evaluation is missing");
    expect(body).toContain("<title>UNKNOWN: Fleet</title>");
  });

  test("names a recording rule that is missing, and is not green", async () => {
    const without = toRecorded("orders", 0).filter(
      ([{ __name__ }]) => __name__ !== "service:svc_status_up:sum",
    );
    const ask = await askFleet(await servePrometheus(() => without));
    const { body } = await ask("/fleet");
    expect(body).toContain("recording rules are missing: service:svc_status_up:sum");
    expect(body).toContain("<title>UNKNOWN: Fleet</title>");
  });
});

/** The clock of the system, and later by an hour with each skip, so that no answer is young. */
function createSkippingClock() {
  let skippedMs = 0;
  return {
    ...systemClock,
    monotonicNow: () => systemClock.monotonicNow() + skippedMs,
    skip() {
      skippedMs += 3_600_000;
    },
  };
}

describe("the page of a service", () => {
  const shared = (query: string): readonly Sample[] =>
    query.includes("count by (name, zone)")
      ? [
          [{ svc_status_series: "red zone", name: "Database", zone: "b" }, 38],
          [{ svc_status_series: "red zone", name: "Database", zone: "a" }, 2],
          [{ svc_status_series: "all zone", zone: "b" }, 660],
          [{ svc_status_series: "all zone", zone: "a" }, 1_340],
        ]
      : [
          ...toRed("orders", "orders"),
          [
            { __name__: "handler:svc_status_state:max", job: "orders", name: "Database", critical: "true" },
            2,
          ],
          [
            { __name__: "handler:svc_status_state:count", job: "orders", name: "Database", state: "0" },
            1_960,
          ],
          [{ __name__: "handler:svc_status_state:count", job: "orders", name: "Database", state: "2" }, 40],
          [
            {
              svc_status_series: "instance",
              job: "orders",
              instance: "10.0.0.1:8080",
              name: "Database",
              zone: "b",
            },
            2,
          ],
          [{ svc_status_series: "down", job: "orders", instance: "<i>:x", zone: "b" }, 0],
          [{ svc_status_series: "decommissioned", job: "orders", instance: "10.0.0.3:8080", zone: "b" }, 0],
        ];

  test("says how many instances of each handler are RED, and what they have in common", async () => {
    const ask = await askFleet(await servePrometheus(shared));
    const { body } = await ask("/fleet?service=orders");
    expect(body).toContain("40 RED, 1,960 OK; 38 of them have zone b, as 660 of 2,000 instances do");
    expect(body).toContain("3 instances that are not OK");
    expect(body).toContain('<th scope="col"><bdi>Database</bdi></th>');
    expect(body).toContain('<a href="http://10.0.0.1:8080/svc_status" rel="noreferrer">10.0.0.1:8080</a>');
    expect(body).toContain("not scraped");
    expect(body).toContain("&lt;i&gt;:x");
    expect((await ask("/fleet.md?service=orders")).body).toContain("- **RED** `orders/Database`");
  });

  test("links to http and https only", async () => {
    const prometheus = await servePrometheus(shared);
    for (const instanceUrl of ["javascript:alert('{instance}')", "{zone}", "http://a:b@{instance}/"]) {
      const ask = await askFleet(prometheus, { instanceUrl });
      expect((await ask("/fleet?service=orders")).body).not.toContain('rel="noreferrer"');
    }
  });

  test("reaches PromQL only as an escaped value", async () => {
    const queries: string[] = [];
    const prometheus = await servePrometheus((query) => {
      queries.push(query);
      return [];
    });
    const ask = await askFleet(prometheus);
    await ask(`/fleet?service=${encodeURIComponent('a"} or up #')}`);
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) expect(query.replaceAll('a\\"} or up #', "")).not.toContain("or up #");
  });
});

describe("createFleet", () => {
  test("reads the same as data, and ends", async () => {
    const fleet = createFleet({
      prometheus: await servePrometheus(() => FLEET),
      selector: { cluster: "eu" },
    });
    expect((await fleet.read()).services.map(({ name }) => name)).toEqual([
      "accounts",
      "orders",
      "web",
      "stock",
      "fine",
    ]);
    expect(await fleet.readService("orders", { at: new Date(0) })).toMatchObject({ at: new Date(0) });
    fleet.close();
    expect(await fleet.readService("web")).toMatchObject({ state: "UNKNOWN", services: [] });
  });

  test("sends the credentials that are given, or those of the environment", async () => {
    const seen: (string | undefined)[] = [];
    const prometheus = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    for (const more of [{ token: "t" }, { basic: "u:p" }, {}]) {
      const fleet = createFleet({ prometheus, ...more });
      await fleet.read();
      fleet.close();
    }
    expect(seen).toEqual(["Bearer t", "Basic dTpw", undefined]);
  });

  test.each([
    [{ prometheus: "localhost:9090" }, "prometheus: expected the URL of Prometheus"],
    [{ prometheus: "http://a:b@x" }, "prometheus: expected a URL without a password"],
    [
      { prometheus: "http://x", selector: { 'a"': "b" } },
      'selector: expected the name of a label, got "a\\""',
    ],
    [{ prometheus: "http://x", labels: { service: "a b" } }, "labels.service: expected the name of a label"],
    [{ prometheus: "http://x", refreshMs: 10 }, "refreshMs: expected"],
  ])("rejects %j", (options, message) => {
    expect(() => createFleet(options)).toThrow(TypeError);
    expect(() => createFleet(options)).toThrow(message);
  });

  test("never shows a secret in an error", () => {
    expect(() => createFleet({ prometheus: "http://x", token: "s3cret\n" })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("s3cret") }),
    );
  });
});
