import etag from "@koa/etag";
import Koa3, { type Context } from "koa";
import mount from "koa-mount";
import Koa2 from "koa2";
import { describe, expect, test } from "vitest";
import { serviceStatus } from "../../src/adapters/koa.ts";
import { createOptions, REPORT, serve } from "./serve.ts";

describe.each([
  ["Koa 2", Koa2],
  ["Koa 3", Koa3],
])("svc-status/koa on %s", (_name, Koa) => {
  test("answers behind the path that koa-mount gives it", async () => {
    const app = new Koa();
    app.use(mount("/internal", serviceStatus(createOptions())));
    const ask = await serve(app.callback());
    expect(await ask("GET /internal/svc_status?name=Database")).toMatchObject(REPORT);
    expect(await ask("POST /internal/probe_status?body=OFF")).toMatchObject({ status: 200, body: "OFF" });
    expect(await ask("GET /svc_status")).toMatchObject({ status: 404 });
  });

  test("never answers 304, also behind an ETag and a conditional GET", async () => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      if (ctx.fresh) ctx.status = 304;
    });
    app.use(etag());
    app.use(serviceStatus(createOptions()));
    app.use((ctx) => {
      ctx.body = "hello";
    });
    const ask = await serve(app.callback());
    const hello = await ask("GET /hello", { headers: { "if-none-match": "*" } });
    expect(hello).toMatchObject({ status: 304, headers: { etag: expect.any(String) } });
    const report = await ask("GET /svc_status", { headers: { "if-none-match": "*" } });
    expect(report).toMatchObject(REPORT);
    expect(report.headers).not.toHaveProperty("etag");
  });

  test("keeps what middleware in front has set, and shows it the status", async () => {
    const seen: number[] = [];
    const app = new Koa();
    app.use(async (ctx, next) => {
      ctx.set("X-Request-Id", "7");
      await next();
      seen.push(ctx.status);
      ctx.set("X-Too-Late", "1");
    });
    const options = createOptions();
    options.probe?.decommission();
    app.use(serviceStatus(options));
    const ask = await serve(app.callback());
    const report = await ask("GET /svc_status");
    expect(report).toMatchObject({ ...REPORT, headers: { "x-request-id": "7" } });
    expect(report.headers).not.toHaveProperty("x-too-late");
    expect(await ask("GET /probe_status")).toMatchObject({ status: 503, body: "OFF" });
    expect(seen).toEqual([200, 503]);
  });

  test("is not behind what is mounted after it", async () => {
    const app = new Koa();
    app.use(serviceStatus(createOptions()));
    app.use((ctx) => {
      ctx.status = 401;
    });
    const ask = await serve(app.callback());
    expect(await ask("GET /svc_status")).toMatchObject(REPORT);
    expect(await ask("GET /hello")).toMatchObject({ status: 401 });
  });

  test("leaves a response alone that somebody in front has already sent", async () => {
    const app = new Koa();
    app.use((ctx, next) => {
      ctx.res.writeHead(503).end("too late");
      return next();
    });
    app.use(serviceStatus(createOptions()));
    const ask = await serve(app.callback());
    for (const request of ["GET /svc_status", "GET /probe_status"])
      expect(await ask(request)).toMatchObject({ status: 503, body: "too late" });
  });

  test("shows the application's functions the context", async () => {
    const app = new Koa();
    app.use((ctx, next) => {
      ctx.state["user"] = ctx.get("X-User");
      return next();
    });
    const authorize = ({ raw }: { raw: unknown }) => (raw as Context).state["user"] === "root";
    app.use(serviceStatus({ ...createOptions(), svcStatus: { authorize } }));
    const ask = await serve(app.callback());
    expect(await ask("GET /svc_status")).toMatchObject({ status: 403 });
    expect(await ask("GET /svc_status", { headers: { "x-user": "root" } })).toMatchObject(REPORT);
  });
});

test("throws for a mistake in the options when it is made", () => {
  expect(() => serviceStatus({ probeStatus: { control: "open door" as "open" } })).toThrow(TypeError);
});
