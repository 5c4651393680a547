import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { describe, expect, test } from "vitest";
import { serviceStatus } from "../../src/adapters/hono.ts";
import { createOptions, REPORT, serve } from "./serve.ts";

const OFF = { method: "POST" };

describe("svc-status/hono", () => {
  test.each([
    ["a path", (app: Hono, status: ReturnType<typeof serviceStatus>) => app.use("/internal/*", status)],
    [
      "an app",
      (app: Hono, status: ReturnType<typeof serviceStatus>) => app.route("/internal", new Hono().use(status)),
    ],
    [
      "a base path",
      (app: Hono, status: ReturnType<typeof serviceStatus>) => app.basePath("/internal").use(status),
    ],
    ["a parameter", (app: Hono, status: ReturnType<typeof serviceStatus>) => app.use("/:tenant/*", status)],
  ])("answers behind %s", async (_name, mount) => {
    const app = new Hono();
    mount(app, serviceStatus(createOptions()));
    const ask = await serve(getRequestListener(app.fetch));
    expect(await ask("GET /internal/svc_status?name=Database")).toMatchObject(REPORT);
    expect(await ask("POST /internal/probe_status?body=OFF")).toMatchObject({ status: 200, body: "OFF" });
    expect(await ask("GET /svc_status")).toMatchObject({ status: 404 });
    expect(await ask("GET /internal/deeper/svc_status")).toMatchObject({ status: 404 });
    expect(await ask("GET /internal")).toMatchObject({ status: 404 });
  });

  test("keeps what middleware in front sets", async () => {
    const app = new Hono();
    app.use(cors(), serviceStatus(createOptions()));
    const ask = await serve(getRequestListener(app.fetch));
    const report = await ask("GET /svc_status");
    expect(report).toMatchObject({
      ...REPORT,
      headers: { "access-control-allow-origin": "*", vary: "Accept" },
    });
  });

  test("is not behind what is mounted after it", async () => {
    const app = new Hono();
    app.use(serviceStatus(createOptions()));
    app.use(etag(), async (c) => c.text("who are you?", 401));
    const ask = await serve(getRequestListener(app.fetch));
    const report = await ask("GET /svc_status", { headers: { "if-none-match": "*" } });
    expect(report).toMatchObject(REPORT);
    expect(report.headers).not.toHaveProperty("etag");
    expect(await ask("GET /hello")).toMatchObject({ status: 401 });
  });

  test("shows the application's functions the context", async () => {
    const app = new Hono();
    const authorize = ({ raw }: { raw: unknown }) => (raw as Context).req.header("X-User") === "root";
    app.use(serviceStatus({ ...createOptions(), svcStatus: { authorize } }));
    expect((await app.request("/svc_status")).status).toBe(403);
    expect((await app.request("/svc_status", { headers: { "x-user": "root" } })).status).toBe(200);
  });
});

describe("the loopback control of svc-status/hono", () => {
  const server = {
    address: "127.0.0.1",
    requestIP() {
      return { address: this.address };
    },
  };

  test.each([
    ["@hono/node-server", { incoming: { socket: { remoteAddress: "127.0.0.1" } } }],
    ["Deno", { remoteAddr: { hostname: "127.0.0.1", port: 1, transport: "tcp" } }],
    ["Bun", server],
    ["Bun, in a property", { server }],
  ])("knows the peer on %s", async (_name, env) => {
    const app = new Hono();
    app.use(serviceStatus(createOptions()));
    const response = await app.request("/probe_status?body=OFF", OFF, env);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("OFF");
  });

  test.each([
    ["another peer on Deno", { remoteAddr: { hostname: "192.0.2.1" } }],
    ["a closed connection on Bun", { requestIP: () => null }],
    ["a Unix socket on Deno", { remoteAddr: { transport: "unix" } }],
    ["a worker", { DATABASE: "binding" }],
    ["no environment", undefined],
  ])("denies %s", async (_name, env) => {
    const options = createOptions();
    const app = new Hono();
    app.use(serviceStatus(options));
    const response = await app.request("/probe_status?body=OFF", OFF, env);
    expect(response.status).toBe(403);
    expect(options.probe?.commissioned).toBe(true);
  });
});
