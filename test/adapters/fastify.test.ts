import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import cors from "@fastify/cors";
import etag from "@fastify/etag";
import rateLimit from "@fastify/rate-limit";
import underPressure from "@fastify/under-pressure";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/fastify.ts";
import { portOf } from "../contract/listen.ts";
import { type Ask, askUntilTheEnd, createOptions, REPORT } from "./serve.ts";

async function start(app: FastifyInstance): Promise<Ask> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  return askUntilTheEnd({ port: portOf(app.server), close: () => app.close() });
}

async function refuse(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply.code(401).send("who are you?");
}

describe("svc-status/fastify", () => {
  test("answers behind the prefix that it is registered with", async () => {
    const app = fastify();
    app.register(serviceStatus, { ...createOptions(), prefix: "/internal" });
    const ask = await start(app);
    expect(await ask("GET /internal/svc_status?name=Database")).toMatchObject(REPORT);
    expect(await ask("POST /internal/probe_status?body=OFF")).toMatchObject({ status: 200, body: "OFF" });
    expect(await ask("GET /svc_status")).toMatchObject({ status: 404 });
  });

  test("answers behind the prefixes of the plugins around it, and those of parameters", async () => {
    const app = fastify();
    app.register(
      async (outer) => {
        outer.register(async (inner) => inner.register(serviceStatus, createOptions()), {
          prefix: "/:tenant",
        });
      },
      { prefix: "/internal" },
    );
    const ask = await start(app);
    expect(await ask("GET /internal/blue/svc_status")).toMatchObject(REPORT);
    expect(await ask("GET /internal/svc_status")).toMatchObject({ status: 404 });
  });

  test("leaves unknown paths to the application, wherever it is registered", async () => {
    const app = fastify();
    app.setNotFoundHandler((_request, reply) => reply.code(404).send("nothing here"));
    app.register(async (child) => child.register(serviceStatus, createOptions()));
    const ask = await start(app);
    expect(await ask("GET /svc_status")).toMatchObject(REPORT);
    expect(await ask("GET /svc_status/")).toMatchObject({ status: 404, body: "nothing here" });
    expect(await ask("GET /hello")).toMatchObject({ status: 404, body: "nothing here" });
  });

  test("is not behind the hooks of what is registered after it", async () => {
    const app = fastify();
    app.register(serviceStatus, createOptions());
    app.register(underPressure, { maxRssBytes: 1, sampleInterval: 10 });
    app.register(rateLimit, { max: 1 });
    app.addHook("onRequest", refuse);
    app.get("/hello", () => "hello");
    const ask = await start(app);
    for (let count = 0; count < 3; count += 1) {
      expect(await ask("GET /svc_status")).toMatchObject(REPORT);
      expect(await ask("GET /probe_status")).toMatchObject({ status: 200, body: "OK" });
    }
    expect((await ask("GET /hello")).status).toBeGreaterThanOrEqual(400);
  });

  test("is behind the hooks of what is registered before it", async () => {
    const app = fastify();
    app.addHook("onRequest", refuse);
    app.register(serviceStatus, createOptions());
    const ask = await start(app);
    expect(await ask("GET /svc_status")).toMatchObject({ status: 401, body: "who are you?" });
  });

  test("is not counted by a rate limiter, wherever that is registered", async () => {
    const app = fastify();
    await app.register(rateLimit, { max: 1 });
    app.register(serviceStatus, createOptions());
    app.get("/hello", () => "hello");
    const ask = await start(app);
    for (let count = 0; count < 3; count += 1) expect(await ask("GET /svc_status")).toMatchObject(REPORT);
    expect(await ask("GET /hello")).toMatchObject({ status: 200 });
    expect(await ask("GET /hello")).toMatchObject({ status: 429 });
  });

  test("answers OPTIONS, as HAProxy asks, also behind a plugin for CORS", async () => {
    const app = fastify();
    app.register(cors);
    app.register(serviceStatus, createOptions());
    const ask = await start(app);
    expect(await ask("OPTIONS /hello")).toMatchObject({ status: 400 });
    expect(await ask("OPTIONS /probe_status")).toMatchObject({ status: 200, body: "OK" });
    const asked = await ask("GET /svc_status", { headers: { origin: "https://example.com" } });
    expect(asked).toMatchObject({ ...REPORT, headers: { "access-control-allow-origin": "*" } });
  });

  test("never answers 304, also behind a plugin for ETags", async () => {
    const app = fastify();
    await app.register(etag);
    app.register(serviceStatus, createOptions());
    app.get("/hello", () => "hello");
    const ask = await start(app);
    expect((await ask("GET /hello")).headers).toHaveProperty("etag");
    const report = await ask("GET /svc_status", { headers: { "if-none-match": "*" } });
    expect(report).toMatchObject(REPORT);
    expect(report.headers).not.toHaveProperty("etag");
  });

  test("sends what hooks in front have set, and is seen by those that run after the answer", async () => {
    const statuses: number[] = [];
    const app = fastify();
    app.addHook("onRequest", async (_request, reply) => {
      reply.headers({ "X-Request-Id": "7", "Content-Type": "text/html", Vary: "Origin" });
    });
    app.addHook("onResponse", async (_request, reply) => void statuses.push(reply.statusCode));
    app.register(serviceStatus, createOptions());
    const ask = await start(app);
    expect(await ask("GET /svc_status")).toMatchObject({
      ...REPORT,
      headers: { "x-request-id": "7", "content-type": "text/csv; charset=utf-8", vary: "Accept" },
    });
    expect(statuses).toEqual([200]);
  });

  test.each([
    ["all requests", {}, ["/hello", "/probe_status"]],
    ["none of ours, when it is asked to be silent", { logLevel: "silent" as const }, ["/hello"]],
  ])("has Fastify log %s", async (_name, options, expected) => {
    const urls = new Set<string>();
    const stream = {
      write(line: string) {
        const { req } = JSON.parse(line) as { req?: { url: string } };
        if (req !== undefined) urls.add(req.url);
      },
    };
    const app = fastify({ logger: { stream } });
    app.register(serviceStatus, { ...createOptions(), ...options });
    app.get("/hello", () => "hello");
    const ask = await start(app);
    await ask("GET /probe_status");
    await ask("GET /hello");
    expect([...urls].sort()).toEqual(expected);
  });

  test("answers what is injected", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.register(serviceStatus, createOptions());
    const { statusCode, body } = await app.inject("/svc_status");
    expect({ status: statusCode, body }).toEqual(REPORT);
  });

  test("answers over HTTP/2, and knows the host there", async () => {
    const app = fastify({ http2: true });
    onTestFinished(() => app.close());
    app.register(serviceStatus, createOptions());
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const client = connect(`http://localhost:${port}`, { host: "127.0.0.1" } as object);
    onTestFinished(() => client.destroy());
    const stream = client.request({
      ":method": "POST",
      ":path": "/probe_status?body=OFF",
      origin: `http://localhost:${port}`,
    });
    const headers = new Promise((resolve) => void stream.once("response", resolve));
    const chunks = await stream.setEncoding("utf8").toArray();
    expect(chunks.join("")).toBe("OFF");
    expect(await headers).toMatchObject({ ":status": 200, "content-type": "text/plain; charset=utf-8" });
  });

  test("is at its canonical paths only, whatever else the application's rules for paths allow", async () => {
    const app = fastify({ routerOptions: { ignoreTrailingSlash: true, caseSensitive: false } });
    app.register(serviceStatus, { ...createOptions(), svcStatus: { path: "/status:all" } });
    const ask = await start(app);
    expect(await ask("GET /status:all?name=Database")).toMatchObject(REPORT);
    for (const path of ["/status:all/", "/STATUS:ALL", "/st%61tus:all", "/status%3Aall", "/statusXall"])
      expect(await ask(`GET ${path}`)).toMatchObject({ status: 404 });
  });

  test("refuses a method that the application has added to Fastify, and does not see others", async () => {
    const app = fastify();
    app.addHttpMethod("PROPFIND");
    app.register(serviceStatus, createOptions());
    const ask = await start(app);
    expect(await ask("PROPFIND /svc_status")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    expect(await ask("PROPPATCH /svc_status")).toMatchObject({ status: 404 });
  });

  test("shows the application's functions the request of Fastify", async () => {
    const app = fastify();
    app.decorateRequest("user", "");
    app.addHook(
      "onRequest",
      async (request) => void Object.assign(request, { user: request.headers["x-user"] }),
    );
    const authorize = ({ raw }: { raw: unknown }) => (raw as { user?: string }).user === "root";
    app.register(serviceStatus, { ...createOptions(), svcStatus: { authorize } });
    const ask = await start(app);
    expect(await ask("GET /svc_status")).toMatchObject({ status: 403 });
    expect(await ask("GET /svc_status", { headers: { "x-user": "root" } })).toMatchObject(REPORT);
  });

  test("lets the start fail for a mistake in the options", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.register(serviceStatus, { svcStatus: { path: "svc_status" } });
    await expect(app.ready()).rejects.toThrow(TypeError);
  });

  test("lets the start fail when the application has a route of its own there", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.get("/probe_status", () => "mine");
    app.register(serviceStatus);
    await expect(app.ready()).rejects.toThrow("/probe_status");
  });
});
