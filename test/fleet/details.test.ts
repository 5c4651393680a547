import { expect, onTestFinished, test, vi } from "vitest";
import { ALLOWED_HOST, createAllowedHosts } from "../../src/fleet/details/allowed-hosts.ts";
import {
  fetchReport,
  type InstanceReport,
  MAX_ENTRIES,
  MAX_REPORT_BYTES,
} from "../../src/fleet/details/fetch-report.ts";
import {
  createInstanceReports,
  FETCH_LIMITS,
  MAX_REPORTS,
} from "../../src/fleet/details/instance-reports.ts";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { createFakeClock } from "../../src/testing/index.ts";
import { createDeferred } from "../support/deferred.ts";
import { serveHttp, switchProtocols } from "../support/serve-http.ts";

const REPORT = JSON.stringify({
  entries: [
    { name: "Database", state: "RED", detail: "<script>lost</script>", since: "2026-11-27T03:07:00.000Z" },
    { name: "Cache", state: "OK" },
    { name: 1, state: "OK" },
    { name: "Odd", state: "PURPLE" },
    null,
  ],
});

function fetchFrom(url: string, ...hosts: readonly string[]): Promise<InstanceReport> {
  return fetchReport(new URL(url), createAllowedHosts(hosts), new AbortController().signal);
}

test.each([
  ["http://10.1.2.3:8080", ["10.0.0.0/8:8080"], true],
  ["http://10.1.2.3:8081", ["10.0.0.0/8:8080"], false],
  ["http://10.1.2.3:6379", ["10.0.0.0/8"], false],
  ["http://10.1.2.3", ["10.0.0.0/8"], true],
  ["https://10.1.2.3", ["10.0.0.0/8:80"], false],
  ["http://10.1.2.3:6379", ["10.0.0.0/8:*"], true],
  ["http://11.1.2.3", ["10.0.0.0/8"], false],
  ["http://0x0a010203", ["10.1.2.3"], true],
  ["http://127.1", ["10.0.0.0/8:*", "*.example.org"], false],
  ["http://[::ffff:10.1.2.3]", ["10.0.0.0/8"], true],
  ["http://[::ffff:127.0.0.1]", ["10.0.0.0/8"], false],
  ["http://[fd00::1]:8080", ["[fd00::]/8:8080"], true],
  ["http://[fe80::1]:8080", ["[fd00::]/8:8080"], false],
  ["http://orders.example.org", ["orders.example.org"], true],
  ["http://ORDERS.example.org.", ["orders.EXAMPLE.org"], true],
  ["http://a.orders.example.org", ["orders.example.org"], false],
  ["http://a.example.org", ["*.example.org"], true],
  ["http://example.org", ["*.example.org"], false],
  ["http://evilexample.org", ["*.example.org"], false],
  ["http://example.org.evil.test", ["*.example.org", "example.org"], false],
  ["http://10.0.0.1.evil.test", ["10.0.0.0/8"], false],
])("%s against %j: %j", (url, hosts, isAllowed) => {
  expect(createAllowedHosts(hosts).allows(new URL(url))).toBe(isAllowed);
});

test.each([
  "",
  "*",
  "http://a",
  "a/8",
  "a:b",
  "10.0.0.0/33",
  "10.0.0",
  "1",
  "*.10.0.0.1",
  "[fd00::]/129",
  "[a]",
  "fd00::1",
  "a:99999",
  "a b",
])("%j is no host of the list", (text) => {
  expect(ALLOWED_HOST.isRight?.(text)).toBe(false);
});

test("fetches the report of the page's URL, with its query, and without credentials", async () => {
  const seen: unknown[] = [];
  const port = await serveHttp(({ url, method, headers }, response) => {
    seen.push([method, url, headers.authorization, headers.cookie]);
    response.end(REPORT);
  });
  expect(await fetchFrom(`http://127.0.0.1:${port}/svc_status?zone=b#x`, "127.0.0.1:*")).toEqual({
    entries: [
      {
        name: "Database",
        state: "RED",
        detail: "<script>lost</script>",
        since: new Date("2026-11-27T03:07:00.000Z"),
      },
      { name: "Cache", state: "OK" },
    ],
  });
  expect(seen).toEqual([["GET", "/svc_status.report?zone=b", undefined, undefined]]);
});

test.each([400, 403])("says why there is no past if the instance answers HTTP %i", async (status) => {
  const port = await serveHttp((_, response) => {
    response.writeHead(status).end("no\n");
  });
  const page = new URL(`http://127.0.0.1:${port}/svc_status?at=2026-01-01T00:00Z`);
  const { signal } = new AbortController();
  expect(await fetchReport(page, createAllowedHosts(["127.0.0.1:*"]), signal, true)).toEqual({
    problem: `127.0.0.1:${port} answered HTTP ${status}: it does not record its history, or not for this server`,
  });
});

test("does not follow a redirect, even to a host of the list", async () => {
  let requests = 0;
  const port = await serveHttp((_, response) => {
    requests += 1;
    response.writeHead(302, { Location: "/elsewhere" }).end();
  });
  expect(await fetchFrom(`http://127.0.0.1:${port}/svc_status`, "127.0.0.1:*")).toEqual({
    problem: `127.0.0.1:${port} answered HTTP 302`,
  });
  expect(requests).toBe(1);
});

test("connects to no address of this machine or link-local that a listed name resolves to", async () => {
  let requests = 0;
  const port = await serveHttp((_, response) => {
    requests += 1;
    response.end(REPORT);
  });
  const url = `http://localhost:${port}/svc_status`;
  expect(await fetchFrom(url, "localhost:*")).toEqual({
    problem: expect.stringContaining("resolves to an address that is not in the list of hosts"),
  });
  expect(requests).toBe(0);
  expect(await fetchFrom(url, "localhost:*", "127.0.0.0/8:*")).toHaveProperty("entries");
  const hosts = createAllowedHosts(["*.example.org", "10.0.0.0/8"]);
  const name = new URL("http://a.example.org");
  for (const address of [
    "127.0.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "::1",
    "::",
    "fe80::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
  ])
    expect([address, hosts.allowsAddress(address, name)]).toEqual([address, false]);
  for (const address of ["10.0.0.1", "192.0.2.1", "2001:db8::1"])
    expect(hosts.allowsAddress(address, name)).toBe(true);
});

test.each([
  ["HTML", (): string => "<html>", "the answer is not a report of svc-status"],
  ["half of it", (): string => REPORT.slice(0, 50), "the answer is not a report of svc-status"],
  ["null", (): string => "null", "the answer is not a report of svc-status"],
  ["too much", (): string => "x".repeat(MAX_REPORT_BYTES + 1), "larger than 1000000 bytes"],
])("is a problem if the answer is %s", async (_, toBody, problem) => {
  const port = await serveHttp((__, response) => void response.end(toBody()));
  expect(await fetchFrom(`http://127.0.0.1:${port}/svc_status`, "127.0.0.1:*")).toEqual({
    problem: expect.stringContaining(problem),
  });
});

test("is a problem if the instance switches protocols, which is neither a response nor an error", async () => {
  const port = await serveHttp(switchProtocols);
  expect(await fetchFrom(`http://127.0.0.1:${port}/svc_status`, "127.0.0.1:*")).toEqual({
    problem: expect.stringMatching(/^no answer from \S+: the connection was closed without an answer$/),
  });
});

test("shows a bounded number of handlers", async () => {
  const entries = Array.from({ length: MAX_ENTRIES + 1 }, (_, index) => ({ name: `h${index}`, state: "OK" }));
  const port = await serveHttp((_, response) => void response.end(JSON.stringify({ entries })));
  const report = await fetchFrom(`http://127.0.0.1:${port}/svc_status`, "127.0.0.1:*");
  expect("entries" in report && report.entries).toHaveLength(MAX_ENTRIES);
});

test("ends a slow answer at its deadline, even if it sends a byte now and then", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const started = createDeferred();
  const port = await serveHttp((_, response) => {
    response.write("{");
    started.resolve();
  });
  const fetching = fetchFrom(`http://127.0.0.1:${port}/svc_status`, "127.0.0.1:*");
  await started.promise;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await fetching).toEqual({ problem: `no complete answer from 127.0.0.1:${port} within 3s` });
});

async function createReports(more: {
  readonly labels?: Readonly<Record<string, string>>;
  readonly instanceUrl?: string;
  /** Prometheus does not answer before its end. */
  readonly hanging?: Promise<void>;
}) {
  const queries: string[] = [];
  let requests = 0;
  const port = await serveHttp((_, response) => {
    requests += 1;
    response.end(REPORT);
  });
  const address = `127.0.0.1:${port}`;
  const prometheus = await serveHttp(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const query = new URLSearchParams(body).get("query") ?? "";
    queries.push(query);
    await more.hanging;
    const metric = { job: "orders", instance: address, ...more.labels };
    response.end(
      JSON.stringify({
        status: "success",
        data: { resultType: "vector", result: [{ metric, value: [0, "1"] }] },
      }),
    );
  });
  const clock = createFakeClock();
  const reports = createInstanceReports({
    reader: {
      ...DEFAULT_LABELS,
      prometheus: {
        url: new URL(`http://127.0.0.1:${prometheus}`),
        timeoutMs: 10_000,
        maxAnswerBytes: 100_000,
        toCredentials: () => ({ authorization: "Bearer secret" }),
      },
      selector: { cluster: "eu" },
      maxAgeMs: 60_000,
    },
    hosts: ["127.0.0.1:*"],
    instanceUrl: more.instanceUrl ?? "http://{instance}/svc_status",
    refreshMs: 5_000,
    clock,
    closing: new AbortController().signal,
  });
  return { reports, address, clock, queries, requests: () => requests };
}

test("asks Prometheus for the instance, and shares a request among the readers of it", async () => {
  const { reports, address, clock, queries, requests } = await createReports({});
  const both = await Promise.all([
    reports.read({ service: "orders", instance: address }, "reader"),
    reports.read({ service: "orders", instance: address }, "reader"),
  ]);
  expect(both[0]).toMatchObject({ url: `http://${address}/svc_status`, entries: [{ name: "Database" }, {}] });
  expect(both[1]).toBe(both[0]);
  expect(queries).toEqual([
    `svc_status_overall{cluster="eu",job="orders",instance="${address}"} or up{cluster="eu",job="orders",instance="${address}"}`,
  ]);
  expect(requests()).toBe(1);
  await clock.advance(5_000);
  await reports.read({ service: "orders", instance: address }, "reader");
  expect(requests()).toBe(2);
});

test("fetches nothing for a name that Prometheus does not have, whatever it contains", async () => {
  const { reports, queries, requests } = await createReports({});
  for (const name of ["169.254.169.254", 'x"} or vector(1) or up{job="', "http://127.0.0.1/", "a@b"])
    expect(await reports.read({ service: "orders", instance: name }, "reader")).toMatchObject({
      problem: "Prometheus has no such instance of this service",
    });
  expect(queries[1]).toContain(String.raw`instance="x\"} or vector(1) or up{job=\""`);
  expect(requests()).toBe(0);
});

test.each([
  ["user:secret@127.0.0.1", "the instance has no http or https URL"],
  ["javascript:alert(1)//", "the instance has no http or https URL"],
  ["http://169.254.169.254", "169.254.169.254 is not in the list of hosts"],
])("fetches nothing from an address %s, even if a label names it", async (base, problem) => {
  const at = base.includes(":") && !base.includes("@") ? base : `http://${base}`;
  const { reports, address, requests } = await createReports({ instanceUrl: `${at}/{instance}/svc_status` });
  expect(await reports.read({ service: "orders", instance: address }, "reader")).toMatchObject({ problem });
  expect(requests()).toBe(0);
});

test("keeps a bounded number of reports", async () => {
  const { reports, queries } = await createReports({});
  for (let index = 0; index <= MAX_REPORTS; index += 1)
    await reports.read({ service: "orders", instance: `j${index}` }, "reader");
  await reports.read({ service: "orders", instance: `j${MAX_REPORTS}` }, "reader");
  expect(queries).toHaveLength(MAX_REPORTS + 1);
  await reports.read({ service: "orders", instance: "j0" }, "reader");
  expect(queries).toHaveLength(MAX_REPORTS + 2);
});

test("leaves room for other clients if one opens many instances of a slow Prometheus", async () => {
  const hanging = createDeferred<void>();
  const { reports, queries } = await createReports({ hanging: hanging.promise });
  const { total, freeForAll } = FETCH_LIMITS;
  const open = (holder: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      reports.read({ service: "orders", instance: `${holder}-${index}` }, holder),
    );
  const refused = { problem: "too many instances were opened at once" };
  const busy = open("busy", freeForAll);
  expect(await Promise.all(open("busy", freeForAll + 2).slice(freeForAll))).toMatchObject([refused, refused]);
  const others = [...open("one", 1), ...open("other", 1)];
  // An instance that is being fetched costs nothing more.
  const again = [...open("busy", 1), reports.read({ service: "orders", instance: "busy-1" }, "third")];
  expect(await Promise.all(open("third", 1))).toMatchObject([refused]);
  await vi.waitFor(() => expect(queries).toHaveLength(total), { timeout: 20_000 });
  hanging.resolve();
  for (const report of await Promise.all([...busy, ...others, ...again]))
    expect(report).toMatchObject({ problem: "Prometheus has no such instance of this service" });
  await Promise.all(open("later", freeForAll));
  expect(queries).toHaveLength(total + freeForAll);
});
