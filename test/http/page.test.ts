import { hostname } from "node:os";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { StatusResponse, StatusStream } from "../../src/http/message.ts";
import type { ServiceStatusOptions, SvcStatusOptions } from "../../src/http/options.ts";
import {
  MAX_NAMED_FEEDS,
  MAX_NAMED_FEEDS_OF_ADDRESS,
  MAX_PAGE_STREAMS,
  MAX_PAGE_STREAMS_OF_ADDRESS,
  UNSHARED_NAMED_FEEDS,
  UNSHARED_PAGE_STREAMS,
} from "../../src/http/page/events.ts";
import { createStatusService } from "../../src/http/service.ts";
import { readText } from "../support/read-text.ts";
import { createRecordingLogger, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";
import { createWatchedRegistry } from "../support/watched-registry.ts";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const EVENTS = "/svc_status.events";

type Headers = Readonly<Record<string, string>>;
type Get = (
  target: string,
  headers?: Headers,
  method?: string,
  remoteAddress?: string,
) => Promise<StatusResponse>;

function createGet(options: ServiceStatusOptions): Get {
  const service = createStatusService({ probe: createProbe(), ...options });
  return async function get(target, headers = {}, method = "GET", remoteAddress = "127.0.0.1") {
    const request = createStatusRequest({ target, headers, method, remoteAddress });
    return (await service(request)) ?? expect.unreachable("not ours");
  };
}

/** Opens the stream of an answer, for as long as the test takes. */
function open({ stream }: StatusResponse): StatusStream {
  const opened = stream?.(() => {}) ?? expect.unreachable("no stream");
  onTestFinished(opened.cancel);
  return opened;
}

/** What names the instance to a client on this machine. */
const IDENTITY = {
  "Svc-Status-Instance": `${hostname()}:${process.pid}`,
  "Svc-Status-Started": expect.any(String),
  "Svc-Status-Probe": "in-service",
};

/** Another one for each reader. */
const toAddress = (reader: number): string => `10.0.${reader >> 8}.${reader & 255}`;

const createRegistry = (): StatusRegistry =>
  registryOf([
    ["Database", { state: "RED", detail: "m4rk3r" }],
    ["Cache", { state: "OK" }],
  ]);

describe("the page", () => {
  test.each([
    ["/svc_status", { accept: BROWSER }],
    ["/svc_status.html", {}],
    ["/svc_status.html", { accept: "application/json" }],
  ])("is at %s for %j", async (target, headers) => {
    const { status, headers: sent, body } = await createGet({ registry: createRegistry() })(target, headers);
    expect(status).toBe(200);
    expect(sent).toEqual({
      "Content-Type": "text/html; charset=utf-8",
      "Content-Length": String(Buffer.byteLength(body)),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "Content-Security-Policy": expect.stringContaining("default-src 'none'"),
      "Referrer-Policy": "no-referrer",
      ...(target === "/svc_status" && { Vary: "Accept" }),
      ...IDENTITY,
    });
    expect(body).toMatch(/^<!doctype html><html .*m4rk3r.*<\/html>$/s);
  });

  test("is 500 where its file has gone, and there again when the file is", async () => {
    const logger = createRecordingLogger();
    const get = createGet({ registry: registryOf([["Cache", { state: "OK" }]], { logger }) });
    vi.doMock("../../src/http/page/views.ts", () => {
      throw new Error("Cannot find module");
    });
    onTestFinished(() => void vi.doUnmock("../../src/http/page/views.ts"));
    for (const target of ["/svc_status.html", EVENTS])
      expect(await get(target)).toMatchObject({ status: 500, body: "internal error\n" });
    expect((await get("/svc_status.json")).status).toBe(200);
    expect(logger.lines).toHaveLength(1);
    vi.doUnmock("../../src/http/page/views.ts");
    expect((await get("/svc_status.html")).status).toBe(200);
  });

  test.each<[accept: string, headers: Headers]>([
    [
      "a scraper that sends a browser's Accept",
      { accept: BROWSER, "x-prometheus-scrape-timeout-seconds": "10" },
    ],
    ["who names both", { accept: "text/html,text/plain;version=0.0.4" }],
  ])("is not for %s", async (_, headers) => {
    const { headers: sent } = await createGet({ registry: createRegistry() })("/svc_status", headers);
    expect(sent["Content-Type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  test("is 200 whatever the option httpStatus says: proxies put their own pages in the place of others", async () => {
    const get = createGet({ registry: createRegistry(), svcStatus: { httpStatus: { RED: 503 } } });
    expect(await get("/svc_status.html")).toMatchObject({ status: 200 });
    expect(await get("/svc_status.json")).toMatchObject({ status: 503 });
  });

  test("hides what is not looked for, and says the same of the whole", async () => {
    const get = createGet({ registry: createRegistry() });
    const { body } = await get("/svc_status.html?q=cache&state=OK&state=nonsense");
    expect(body).toContain('data-key="handler:Database" data-state="RED" hidden');
    expect(body).toContain('data-key="handler:Cache" data-state="OK">');
    expect(body).toContain(`<title>RED: service status (${IDENTITY["Svc-Status-Instance"]})</title>`);
    expect((await get("/svc_status.html?state=nonsense")).body).not.toMatch(/data-state="\w+" hidden/);
  });

  test("shows the history that the registry has", async () => {
    const registry = createRegistry();
    const { body } = await createGet({ registry })("/svc_status.html");
    expect(body).toContain("new → ");
  });

  test("is about the handlers that are asked for by name", async () => {
    const get = createGet({ registry: createRegistry() });
    const { body } = await get("/svc_status.html?name=Cache");
    expect(body).toContain("handler:Cache");
    expect(body).not.toContain("handler:Database");
    expect(await get("/svc_status.html?name=Nobody")).toMatchObject({ status: 404 });
  });
});

describe("the news of the page", () => {
  test("are a stream without an end, which nothing may hold back", async () => {
    const answer = await createGet({ registry: createRegistry() })(EVENTS);
    const { status, headers, body } = answer;
    expect({ status, headers, body }).toEqual({
      status: 200,
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store, no-transform",
        "X-Content-Type-Options": "nosniff",
        "X-Accel-Buffering": "no",
        ...IDENTITY,
      },
      body: "",
    });
    const stream = open(answer);
    expect(await readText(stream)).toMatch(
      /^event: picture\ndata: \{"order":\["handler:Database","handler:Cache"\],"parts":\[\["head",.*m4rk3r.*\nid: [\da-f-]{36}\.1\n\n$/,
    );
    expect(await readText(stream)).toMatch(
      /^event: read\ndata: \{"at":"2026-01-01T00:00:00.000Z","now":\d+\}\n\n$/,
    );
  });

  test("have no stream for HEAD, and other methods are 405", async () => {
    const get = createGet({ registry: createRegistry() });
    const head = await get(EVENTS, {}, "HEAD");
    expect(head).toEqual({
      status: 200,
      headers: expect.objectContaining({ "X-Accel-Buffering": "no" }),
      body: "",
    });
    expect(await get(EVENTS, {}, "POST")).toMatchObject({ status: 405, headers: { Allow: "GET, HEAD" } });
  });

  test("obey authorize", async () => {
    const get = createGet({ registry: createRegistry(), svcStatus: { authorize: () => false } });
    expect(await get(EVENTS)).toMatchObject({ status: 403, body: "forbidden\n" });
  });

  test.each<SvcStatusOptions["details"]>([
    "never",
    () => false,
    () => {
      throw new Error("no idea");
    },
  ])("obey details: %s", async (details) => {
    const registry = createRegistry();
    registry.addStatusHandler("Api", () => ({ state: "RED" }), { dependsOn: ["Database"] });
    const service = { version: "m4rk3r" };
    const answer = await createGet({ registry, service, svcStatus: { details: details ?? "never" } })(EVENTS);
    const first = await readText(open(answer));
    expect(first).toContain('"handler:Api"');
    expect(first).not.toMatch(/m4rk3r|because|critical/);
  });

  test("are decided for each reader alone: one sees details, the other does not", async () => {
    const registry = createRegistry();
    const details: SvcStatusOptions["details"] = ({ header }) => header("x-team") === "operations";
    const get = createGet({ registry, svcStatus: { details } });
    const [insider, stranger] = [
      open(await get(EVENTS, { "x-team": "operations" })),
      open(await get(EVENTS)),
    ];
    expect(await readText(insider)).toContain("m4rk3r");
    expect(await readText(stranger)).not.toContain("m4rk3r");
  });

  test("are about the handlers that are asked for by name; an unknown one is 404", async () => {
    const get = createGet({ registry: createRegistry() });
    const first = await readText(open(await get(`${EVENTS}?name=Cache`)));
    expect(first).toContain('"order":["handler:Cache"]');
    expect(await get(`${EVENTS}?name=Nobody`)).toMatchObject({ status: 404 });
  });

  test("are the same for the same handlers, in whatever order and how often they are named", async () => {
    const watched = createWatchedRegistry();
    for (const name of ["A", "B"]) watched.registry.addStatusHandler(name, () => ({ state: "OK" }));
    const get = createGet({ registry: watched.registry });
    const readers = [];
    for (const query of ["name=A&name=B", "name=B&name=A", "name=A&name=B&name=A&name=A"])
      readers.push(open(await get(`${EVENTS}?${query}`)));
    expect(watched.listeners).toBe(1);
    const pictures = await Promise.all(readers.map(readText));
    expect(new Set(pictures).size).toBe(1);
    expect(pictures[0]).toContain('"order":["handler:A","handler:B"]');
    open(await get(`${EVENTS}?name=A`));
    expect(watched.listeners).toBe(2);
  });

  test(`are for ${MAX_NAMED_FEEDS} choices of handlers at the same time; the next one is told to ask again`, async () => {
    const registry = registryOf([]);
    for (let index = 0; index <= MAX_NAMED_FEEDS; index += 1)
      registry.addStatusHandler(`H${index}`, () => ({ state: "OK" }));
    const getAny = createGet({ registry });
    let reader = 0;
    /** Each time from another address. */
    const get = (target: string) => getAny(target, {}, "GET", toAddress(reader++));
    const streams = [];
    for (let index = 0; index < MAX_NAMED_FEEDS; index += 1)
      streams.push(open(await get(`${EVENTS}?name=H${index}`)));
    const next = `${EVENTS}?name=H${MAX_NAMED_FEEDS}`;
    expect(await get(next)).toMatchObject({ status: 503, body: "too many open pages\n" });
    for (const allowed of [EVENTS, `${EVENTS}?name=H0`])
      expect(await get(allowed)).toMatchObject({ status: 200 });
    streams.at(-1)?.cancel();
    const [one, other] = [await get(next), await get(`${EVENTS}?name=H0&name=H1`)];
    expect(await open(one).next()).toBeDefined();
    expect(await open(other).next()).toBeUndefined();
  });

  test(`are for ${MAX_NAMED_FEEDS} filters at the same time, because each lists other handlers`, async () => {
    const getAny = createGet({ registry: registryOf([["A", { state: "OK" }]]) });
    let reader = 0;
    const get = (target: string) => getAny(target, {}, "GET", toAddress(reader++));
    for (let index = 0; index < MAX_NAMED_FEEDS; index += 1) open(await get(`${EVENTS}?q=${index}`));
    expect(await get(`${EVENTS}?state=RED`)).toMatchObject({ status: 503, body: "too many open pages\n" });
    for (const allowed of [EVENTS, `${EVENTS}?q=0`])
      expect(await get(allowed)).toMatchObject({ status: 200 });
  });

  test("end for those who look at a handler that is removed", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", () => ({ state: "OK" }));
    const stream = open(await createGet({ registry })(`${EVENTS}?name=A`));
    await stream.next();
    registry.removeStatusHandler("A");
    let piece = await stream.next();
    while (piece !== undefined) piece = await stream.next();
    expect(piece).toBeUndefined();
  });

  test(`are for ${MAX_PAGE_STREAMS} readers at the same time; the next one is told to ask again`, async () => {
    const get = createGet({ registry: createRegistry() });
    const getFrom = (reader: number) => get(EVENTS, {}, "GET", toAddress(reader));
    const streams = [];
    for (let reader = 0; reader < MAX_PAGE_STREAMS; reader += 1) streams.push(open(await getFrom(reader)));
    expect(await getFrom(MAX_PAGE_STREAMS)).toMatchObject({ status: 503, body: "too many open pages\n" });
    streams[0]?.cancel();
    streams[0]?.cancel();
    expect(await getFrom(MAX_PAGE_STREAMS)).toMatchObject({ status: 200 });
  });

  test(`are for ${UNSHARED_PAGE_STREAMS} readers of one address, and others find room beside them`, async () => {
    const get = createGet({ registry: createRegistry() });
    const getFrom = (address: string) => get(EVENTS, {}, "GET", address);
    for (let count = 0; count < UNSHARED_PAGE_STREAMS; count += 1) open(await getFrom("2001:db8::1"));
    for (const sameBlock of ["2001:db8::1", "2001:db8:0:0:ffff::2"])
      expect(await getFrom(sameBlock)).toMatchObject({ status: 503, body: "too many open pages\n" });
    for (let count = 0; count < MAX_PAGE_STREAMS_OF_ADDRESS; count += 1)
      expect(await open(await getFrom("2001:db8:0:1::1")).next()).toBeDefined();
    expect(await getFrom("2001:db8:0:1::1")).toMatchObject({ status: 503 });
    expect(await getFrom("192.0.2.1")).toMatchObject({ status: 200 });
  });

  test(`are for ${UNSHARED_NAMED_FEEDS} choices of handlers of one address, and others find room beside them`, async () => {
    const registry = registryOf([]);
    for (let index = 0; index <= MAX_NAMED_FEEDS; index += 1)
      registry.addStatusHandler(`H${index}`, () => ({ state: "OK" }));
    const get = createGet({ registry });
    let index = 0;
    const choose = (address: string) => get(`${EVENTS}?name=H${index++}`, {}, "GET", address);
    for (let count = 0; count < UNSHARED_NAMED_FEEDS; count += 1) open(await choose("192.0.2.1"));
    expect(await choose("192.0.2.1")).toMatchObject({ status: 503 });
    expect(await get(EVENTS, {}, "GET", "192.0.2.1")).toMatchObject({ status: 200 });
    for (let count = 0; count < MAX_NAMED_FEEDS_OF_ADDRESS; count += 1) open(await choose("192.0.2.2"));
    expect(await choose("192.0.2.2")).toMatchObject({ status: 503 });
    expect(await choose("192.0.2.3")).toMatchObject({ status: 200 });
  });

  test("are not for more readers either when all of them come at once", async () => {
    const get = createGet({ registry: createRegistry() });
    const answers = [];
    for (let reader = 0; reader <= MAX_PAGE_STREAMS; reader += 1)
      answers.push(await get(EVENTS, {}, "GET", toAddress(reader)));
    const streams = answers.map(open);
    expect(await streams.at(-2)?.next()).toBeDefined();
    expect(await streams.at(-1)?.next()).toBeUndefined();
  });
});

describe("the button for the probe", () => {
  const SHOWN = 'action="./probe_status?body=OFF" data-control';

  test.each<[options: ServiceStatusOptions, headers: Headers, isShown: boolean]>([
    [{}, {}, false],
    [{ svcStatus: { controls: true } }, {}, true],
    [{ svcStatus: { controls: true } }, { "x-forwarded-for": "192.0.2.1" }, false],
    [{ svcStatus: { controls: true } }, { "sec-fetch-site": "cross-site" }, false],
    [{ svcStatus: { controls: true }, probeStatus: false }, {}, false],
    [{ svcStatus: { controls: true }, probeStatus: { control: "off" } }, {}, false],
    [{ svcStatus: { controls: true }, probeStatus: { control: { token: "t" } } }, {}, false],
    [{ svcStatus: { controls: true }, probeStatus: { control: () => true } }, {}, true],
  ])("with %j and %j is shown: %s", async (options, headers, isShown) => {
    const get = createGet({ registry: createRegistry(), ...options });
    expect((await get("/svc_status.html", headers)).body.includes(SHOWN)).toBe(isShown);
    const first = await readText(open(await get(EVENTS, headers)));
    expect(first?.includes(SHOWN.replaceAll('"', '\\"'))).toBe(isShown);
  });

  test("is hidden where the application cannot decide, which is logged, and the page is shown", async () => {
    const logger = createRecordingLogger();
    const registry = registryOf([], { logger });
    const control = (): boolean => {
      throw new Error("no idea");
    };
    const get = createGet({ registry, svcStatus: { controls: true }, probeStatus: { control } });
    const { status, body } = await get("/svc_status.html");
    expect({ status, hasButton: body.includes("data-control") }).toEqual({ status: 200, hasButton: false });
    expect(logger.lines).toEqual(["error: SVC012 probeStatus.control failed, controls are hidden: no idea"]);
  });

  test("leads to the probe's path", async () => {
    const options = { svcStatus: { controls: true, path: "/a/status" }, probeStatus: { path: "/b/probe" } };
    const { body } = await createGet({ registry: createRegistry(), ...options })("/a/status.html");
    expect(body).toContain('action="../b/probe?body=OFF"');
  });
});
