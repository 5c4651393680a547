import type { RequestListener } from "node:http";
import connect from "connect";
import express from "express";
import { describe, expect, test } from "vitest";
import { type NodeHandler, type ServiceStatusOptions, serviceStatus } from "../../src/adapters/node.ts";
import { addStatusHandler, removeStatusHandler } from "../../src/core/default-registry.ts";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { serve, type TestServer } from "../support/http.ts";
import { createRecordingLogger, registryOf } from "../support/registry.ts";

const FORMAT_PATHS = ["", ".csv", ".json", ".prometheus", ".health"].map((suffix) => `/svc_status${suffix}`);

function createHandler(options: ServiceStatusOptions = {}): NodeHandler {
  const registry = registryOf([
    ["UserService", { state: "RED", detail: "für 😀" }],
    ["DatabaseConnection", { state: "OK" }],
  ]);
  return serviceStatus({
    registry,
    probe: createProbe(),
    ...options,
    svcStatus: { csv: { detail: true }, ...options.svcStatus },
  });
}

/** The status line, the headers and the body of an answer that came over a plain socket. */
function split(raw: string): { line: string; headers: string[]; body: string } {
  const end = raw.indexOf("\r\n\r\n");
  const [line = "", ...headers] = raw.slice(0, end).split("\r\n");
  return { line, headers, body: raw.slice(end + 4) };
}

describe("over node:http", () => {
  const serveStatus = (options?: ServiceStatusOptions): Promise<TestServer> => serve(createHandler(options));

  test("the report and the probe are served, and everything else is 404", async () => {
    const { ask } = await serveStatus();
    expect(await ask("/svc_status")).toMatchObject({
      status: 200,
      body: "DatabaseConnection\tOK\t\nUserService\tRED\tfür 😀\n",
    });
    expect(await ask("/probe_status")).toMatchObject({ status: 200, body: "OK" });
    for (const target of [
      "/",
      "/svc_status/",
      "/SVC_STATUS",
      "//svc_status",
      "/%2Fsvc_status",
      "/svc_status%zz",
    ]) {
      const { status, headers, body } = await ask(target);
      expect({ target, status, body }).toEqual({ target, status: 404, body: "not found\n" });
      expect(headers).toMatchObject({ "cache-control": "no-store", "content-length": "10" });
    }
  });

  test("the default registry and the default probe are served where nothing else is said", async () => {
    addStatusHandler("Default", () => ({ state: "YELLOW" }));
    try {
      const { ask } = await serve(serviceStatus());
      expect((await ask("/svc_status")).body).toBe("Default\tYELLOW\n");
      expect((await ask("/probe_status")).body).toBe("OK");
    } finally {
      removeStatusHandler("Default");
    }
  });

  test.each([...FORMAT_PATHS, "/probe_status", "/elsewhere"])(
    "%s has the standard headers",
    async (target) => {
      const { ask } = await serveStatus();
      const { headers, body } = await ask(target);
      expect(headers).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-length": String(Buffer.byteLength(body)),
      });
      expect(headers["content-type"]).toMatch(/^(?:text|application)\//);
      expect(headers).not.toHaveProperty("etag");
      expect(headers).not.toHaveProperty("transfer-encoding");
      expect(headers["vary"]).toBe(
        ["/svc_status", "/svc_status.prometheus"].includes(target) ? "Accept" : undefined,
      );
    },
  );

  test.each([...FORMAT_PATHS, "/probe_status", "/elsewhere"])(
    "HEAD %s, as curl -I asks, has the headers of GET and not a byte behind them",
    async (target) => {
      const { ask, askRaw, port } = await serveStatus();
      const got = await ask(target);
      const head = await ask(target, { method: "HEAD" });
      const { date: _, ...headers } = got.headers;
      expect(head).toMatchObject({ status: got.status, headers, body: "" });
      expect(Number(head.headers["content-length"])).toBeGreaterThan(0);
      const raw = await askRaw(
        `HEAD ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\nConnection: close\r\n\r\n`,
      );
      expect(split(raw).body).toBe("");
      expect(split(raw).headers).toContain(`Content-Length: ${got.headers["content-length"]}`);
    },
  );

  test("DELETE and other methods are 405 with Allow on our paths, and 404 elsewhere", async () => {
    const { ask } = await serveStatus();
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
      const { status, headers } = await ask("/svc_status", { method });
      expect({ method, status, allow: headers.allow }).toEqual({ method, status: 405, allow: "GET, HEAD" });
    }
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      const { status, headers } = await ask("/probe_status?body=OFF", { method });
      expect({ method, status, allow: headers.allow }).toEqual({
        method,
        status: 405,
        allow: "GET, HEAD, OPTIONS, POST",
      });
    }
    expect(await ask("/elsewhere", { method: "DELETE" })).toMatchObject({ status: 404 });
    expect(await ask("/probe_status")).toMatchObject({ status: 200, body: "OK" });
  });

  test("OPTIONS of HTTP/1.0 without Host, as HAProxy checks, gets the probe's verdict", async () => {
    const probe = createProbe();
    const { askRaw } = await serveStatus({ probe });
    expect(split(await askRaw("OPTIONS /probe_status HTTP/1.0\r\n\r\n"))).toMatchObject({
      line: "HTTP/1.1 200 OK",
      body: "OK",
    });
    probe.decommission();
    expect(split(await askRaw("OPTIONS /probe_status HTTP/1.0\r\n\r\n"))).toMatchObject({
      line: "HTTP/1.1 503 Service Unavailable",
      body: "OFF",
    });
    expect(split(await askRaw("HEAD /probe_status HTTP/1.0\r\n\r\n")).line).toBe(
      "HTTP/1.1 503 Service Unavailable",
    );
    expect(split(await askRaw("GET /svc_status HTTP/1.0\r\n\r\n")).body).toContain("DatabaseConnection\tOK");
  });

  test.each<[target: string, answer: string]>([
    ["/svc%5Fstatus", "404 text/plain"],
    ["/svc_status%2Ejson", "404 text/plain"],
    ["/%70robe_status", "404 text/plain"],
    ["/svc_status%zz", "404 text/plain"],
    ["/%2Fsvc_status", "404 text/plain"],
    ["//svc_status", "404 text/plain"],
    ["http://example.com/svc_status.json", "200 application/json"],
    ["HTTP://example.com:81/svc_status?x=1", "200 text/csv"],
    ["http://example.com", "404 text/plain"],
    ["/http://example.com/svc_status", "404 text/plain"],
    ["/svc_status?x=1", "200 text/csv"],
    ["/svc_status?", "200 text/csv"],
    ["/svc_status.json.csv", "404 text/plain"],
    ["/svc_status;x=1", "404 text/plain"],
    ["/./svc_status", "404 text/plain"],
    ["/x/../svc_status", "404 text/plain"],
    ["*", "404 text/plain"],
  ])("GET %s, byte by byte, is %s", async (target, expected) => {
    const { askRaw } = await serveStatus();
    const { line, headers } = split(
      await askRaw(`GET ${target} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n`),
    );
    const contentType = headers.find((header) => header.startsWith("Content-Type: "));
    expect(`${line.slice(9, 12)} ${contentType?.slice(14).split(";")[0]}`).toBe(expected);
  });

  test("an absolute-form target reaches the probe too, to be read and to be changed", async () => {
    const { askRaw, ask } = await serveStatus();
    const post = await askRaw(
      "POST http://localhost/probe_status?body=OFF HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(split(post)).toMatchObject({ line: "HTTP/1.1 200 OK", body: "OFF" });
    expect(await ask("/probe_status")).toMatchObject({ status: 503, body: "OFF" });
  });

  test("the probe is changed by curl from this machine, and not through a proxy on it", async () => {
    const { ask } = await serveStatus();
    const headers = { "x-forwarded-for": "203.0.113.1" };
    expect(await ask("/probe_status?body=OFF", { method: "POST", headers })).toMatchObject({ status: 403 });
    expect(await ask("/probe_status?body=OFF", { method: "POST" })).toMatchObject({
      status: 200,
      body: "OFF",
    });
    expect(await ask("/probe_status", { method: "HEAD" })).toMatchObject({ status: 503, body: "" });
  });

  test.each<[what: string, body: string, headers: Readonly<Record<string, string>>]>([
    ["curl -d", "body=OFF", { "content-type": "application/x-www-form-urlencoded", "content-length": "8" }],
    ["a chunked request", "body=OFF", {}],
    ["a large request", "x".repeat(200_000), { "content-length": "200000" }],
  ])("%s without ?body= is told what to do, and changes nothing", async (_, body, headers) => {
    const { ask } = await serveStatus();
    const answer = await ask("/probe_status", { method: "POST", headers, body });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("curl -X POST '…?body=OFF'");
    expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength(answer.body)));
    expect(await ask("/probe_status")).toMatchObject({ status: 200, body: "OK" });
  });

  test("a conditional request is answered in full", async () => {
    const { ask } = await serveStatus();
    for (const target of [...FORMAT_PATHS, "/probe_status"]) {
      const got = await ask(target);
      for (const condition of [
        { "if-none-match": "*" },
        { "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT" },
      ]) {
        expect(await ask(target, { headers: condition })).toMatchObject({
          status: got.status,
          body: got.body,
        });
      }
    }
  });

  test("an Accept header of 8 kB is read, and a longer one gets csv", async () => {
    const { ask } = await serveStatus();
    const fill = (length: number) => `${"text/x,".repeat(2_000).slice(0, length - 17)},application/json`;
    const short = await ask("/svc_status", { headers: { accept: fill(8_192) } });
    const long = await ask("/svc_status", { headers: { accept: fill(8_193) } });
    expect(short.headers["content-type"]).toBe("application/json");
    expect(long.headers["content-type"]).toBe("text/csv; charset=utf-8");
  });

  test("headers that come twice are read as one", async () => {
    const { askRaw } = await serveStatus();
    const raw = await askRaw(
      "GET /svc_status HTTP/1.1\r\nHost: a\r\nAccept: text/csv;q=0.1\r\nAccept: application/json\r\nConnection: close\r\n\r\n",
    );
    expect(split(raw).headers).toContain("Content-Type: application/json");
  });

  test("the functions in the options see the request of node:http", async () => {
    const seen: unknown[] = [];
    const { ask } = await serveStatus({
      svcStatus: {
        authorize({ raw, remoteAddress }) {
          seen.push((raw as { url?: string }).url, remoteAddress);
          return true;
        },
      },
    });
    await ask("/svc_status?x=1");
    expect(seen).toEqual(["/svc_status?x=1", "127.0.0.1"]);
  });

  test("an error inside is 500 without a stack, for HEAD too", async () => {
    const logger = createRecordingLogger();
    const registry = registryOf([], { logger });
    const authorize = () => {
      throw new Error("inner details");
    };
    const { ask } = await serveStatus({ registry, svcStatus: { authorize } });
    expect(await ask("/svc_status")).toMatchObject({ status: 500, body: "internal error\n" });
    expect(await ask("/svc_status", { method: "HEAD" })).toMatchObject({ status: 500, body: "" });
    expect(logger.lines).toEqual([
      "error: SVC008 svcStatus.authorize failed, the answer is 500: inner details",
    ]);
  });

  test("a mistake in the options throws at once", () => {
    expect(() => serviceStatus({ svcStatus: { path: "status" } })).toThrow(TypeError);
  });
});

describe("beside others", () => {
  test("next is called once for what is not ours, with nothing, and not for what is", async () => {
    const calls: unknown[][] = [];
    const handler = createHandler();
    const { ask } = await serve((request, response) => {
      handler(request, response, (...given: unknown[]) => {
        calls.push(given);
        response.end("next");
      });
    });
    expect(await ask("/svc_status")).toMatchObject({ status: 200 });
    expect(await ask("/svc_status", { method: "DELETE" })).toMatchObject({ status: 405 });
    expect(await ask("/svc_status?name=unknown")).toMatchObject({ status: 404 });
    expect(calls).toEqual([]);
    expect(await ask("/elsewhere")).toMatchObject({ status: 200, body: "next" });
    expect(await ask("/svc_status/")).toMatchObject({ status: 200, body: "next" });
    expect(calls).toEqual([[], []]);
  });

  // Writing twice would be an unhandled error, which fails the run.
  test("an answer that somebody else has sent meanwhile is left alone", async () => {
    let finish: () => void = () => {};
    const registry = createStatusRegistry();
    registry.addStatusHandler(
      "A",
      () =>
        new Promise((resolve) => {
          finish = () => resolve({ state: "OK" });
        }),
    );
    const handler = createHandler({ registry });
    let arrived = 0;
    const { ask } = await serve((request, response) => {
      arrived += 1;
      handler(request, response);
      if (request.url === "/svc_status") response.writeHead(504).end("too slow");
    });
    expect(await ask("/svc_status")).toMatchObject({ status: 504, body: "too slow" });
    const second = ask("/svc_status.json");
    await expect.poll(() => arrived).toBe(2);
    finish();
    expect(await second).toMatchObject({ status: 200, body: '{"A":{"state":"OK"}}' });
  });

  test("a client that leaves in the middle changes nothing for the others", async () => {
    let calls = 0;
    let aborted = false;
    let answerHandler: () => void = () => {};
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", async ({ signal }) => {
      calls += 1;
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      await new Promise<void>((resolve) => {
        answerHandler = resolve;
      });
      return { state: "OK" };
    });
    const handler = createHandler({ registry });
    let arrived = 0;
    let left = 0;
    const { ask, port } = await serve((request, response) => {
      arrived += 1;
      response.on("close", () => {
        if (!response.writableFinished) left += 1;
      });
      handler(request, response);
    });
    const leaving = new AbortController();
    const leaver = fetch(`http://127.0.0.1:${port}/svc_status`, { signal: leaving.signal });
    const others = [ask("/svc_status"), ask("/svc_status.json")];
    await expect.poll(() => arrived).toBe(3);
    leaving.abort();
    await expect(leaver).rejects.toThrow("aborted");
    await expect.poll(() => left).toBe(1);
    answerHandler();
    const [csv, json] = await Promise.all(others);
    expect(csv).toMatchObject({ status: 200, body: "A\tOK\t\n" });
    expect(json).toMatchObject({ status: 200, body: '{"A":{"state":"OK"}}' });
    expect({ calls, aborted, left }).toEqual({ calls: 1, aborted: false, left: 1 });
  });
});

describe.each<[framework: string, create: (mount: string, handler: NodeHandler) => RequestListener]>([
  [
    "Connect",
    (mount, handler) => {
      const app = connect();
      app.use(mount, handler as connect.NextHandleFunction);
      app.use((_, response) => void response.end("the application"));
      return app;
    },
  ],
  [
    "Express 5",
    (mount, handler) => {
      const app = express();
      app.use(mount, handler);
      app.use((_, response) => void response.send("the application"));
      return app;
    },
  ],
])("as a middleware of %s", (_, create) => {
  test.each(["/", "/internal/health"])("mounted at %s it serves what node:http serves", async (mount) => {
    const handler = createHandler();
    const plain = await serve(handler);
    const app = await serve(create(mount, handler));
    const prefix = mount === "/" ? "" : mount;
    for (const target of [
      ...FORMAT_PATHS,
      "/svc_status?name=DatabaseConnection",
      "/svc_status?name=x",
      "/probe_status",
    ]) {
      for (const method of ["GET", "HEAD", "DELETE", "OPTIONS"]) {
        const expected = await plain.ask(target, { method });
        const { status, headers, body } = await app.ask(prefix + target, { method });
        const { date: _date, ...expectedHeaders } = expected.headers;
        expect({ status, body }).toEqual({ status: expected.status, body: expected.body });
        expect(headers).toMatchObject(expectedHeaders);
        expect(headers).not.toHaveProperty("etag");
      }
    }
  });

  test("a conditional request is answered in full, never with 304", async () => {
    const { ask } = await serve(create("/", createHandler()));
    for (const target of [...FORMAT_PATHS, "/probe_status"]) {
      const got = await ask(target);
      for (const condition of [
        { "if-none-match": "*" },
        { "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT" },
      ]) {
        expect(await ask(target, { headers: condition })).toMatchObject({
          status: got.status,
          body: got.body,
        });
      }
    }
  });

  test("the probe is decommissioned by a POST", async () => {
    const { ask } = await serve(create("/lb", createHandler()));
    expect(await ask("/lb/probe_status?body=OFF", { method: "POST" })).toMatchObject({
      status: 200,
      body: "OFF",
    });
    expect(await ask("/lb/probe_status")).toMatchObject({ status: 503, body: "OFF" });
  });

  test("everything else is the application's", async () => {
    const { ask } = await serve(create("/internal", createHandler()));
    for (const target of ["/", "/svc_status", "/internal/svc_status/", "/internal/SVC_STATUS", "/internal"]) {
      expect(await ask(target)).toMatchObject({ status: 200, body: "the application" });
    }
  });
});
