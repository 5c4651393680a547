import { gunzipSync } from "node:zlib";
import compression from "compression";
import cors from "cors";
import express5, { type Request } from "express";
import express4 from "express4";
import helmet from "helmet";
import { describe, expect, test } from "vitest";
import { serviceStatus } from "../../src/adapters/express.ts";
import { createOptions, REPORT, serve } from "./serve.ts";

describe.each([
  ["Express 4", express4],
  ["Express 5", express5],
])("svc-status/express on %s", (_name, express) => {
  test("answers behind the path of a router", async () => {
    const app = express();
    const router = express.Router();
    router.use(serviceStatus(createOptions()));
    app.use("/internal", router);
    const ask = await serve(app);
    expect(await ask("GET /internal/svc_status?name=Database")).toMatchObject(REPORT);
    expect(await ask("POST /internal/probe_status?body=OFF")).toMatchObject({ status: 200, body: "OFF" });
    expect(await ask("GET /svc_status")).toMatchObject({ status: 404 });
    expect(await ask("GET /internal")).toMatchObject({ status: 404 });
  });

  test("answers behind parsers, CORS, helmet and ETags, with what they set and without an ETag", async () => {
    const app = express().set("etag", "strong");
    app.use(helmet(), cors(), express.json(), express.urlencoded({ extended: false }), express.text());
    app.use(serviceStatus(createOptions()));
    app.use((_request, response) => void response.send("hello"));
    const ask = await serve(app);
    expect((await ask("GET /hello")).headers).toHaveProperty("etag");
    const report = await ask("GET /svc_status", { headers: { "if-none-match": "*" } });
    expect(report).toMatchObject({
      ...REPORT,
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "cache-control": "no-store",
        "access-control-allow-origin": "*",
        "strict-transport-security": expect.any(String),
      },
    });
    expect(report.headers).not.toHaveProperty("etag");
    const form = { "content-type": "application/x-www-form-urlencoded", "content-length": "8" };
    const refused = await ask("POST /probe_status", { headers: form, body: "body=OFF" });
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining("nothing was changed") });
  });

  test("lets a compression in front compress, for those who accept it", async () => {
    const app = express();
    app.use(compression({ threshold: 0 }), serviceStatus(createOptions()));
    const ask = await serve(app);
    expect(await ask("GET /svc_status")).toMatchObject({ ...REPORT, headers: { "content-length": "12" } });
    const head = await ask("HEAD /svc_status", { headers: { "accept-encoding": "gzip" } });
    expect(head).toMatchObject({ status: 200, body: "" });
    const packed = await ask("GET /svc_status", { headers: { "accept-encoding": "gzip" } });
    expect(packed.headers).toMatchObject({ "content-encoding": "gzip", "cache-control": "no-store" });
    expect(gunzipSync(packed.bytes).toString()).toBe(REPORT.body);
  });

  test("is not behind what is mounted after it", async () => {
    const app = express();
    app.use(serviceStatus(createOptions()));
    app.use((_request, response) => void response.status(401).end());
    const ask = await serve(app);
    expect(await ask("GET /svc_status")).toMatchObject(REPORT);
    expect(await ask("GET /hello")).toMatchObject({ status: 401 });
  });

  test("leaves a response alone that somebody in front has already sent", async () => {
    const app = express();
    app.use((_request, response, next) => {
      response.status(503).end("too late");
      next();
    });
    app.use(serviceStatus(createOptions()));
    const ask = await serve(app);
    for (const request of ["GET /svc_status", "GET /probe_status"])
      expect(await ask(request)).toMatchObject({ status: 503, body: "too late" });
  });

  test("shows the application's functions the request of Express", async () => {
    const app = express();
    const authorize = ({ raw }: { raw: unknown }) => (raw as Request).get("X-User") === "root";
    app.use(serviceStatus({ ...createOptions(), svcStatus: { authorize } }));
    const ask = await serve(app);
    expect(await ask("GET /svc_status")).toMatchObject({ status: 403 });
    expect(await ask("GET /svc_status", { headers: { "x-user": "root" } })).toMatchObject(REPORT);
  });
});

test("throws for a mistake in the options when it is made", () => {
  expect(() => serviceStatus({ svcStatus: { path: "svc_status" } })).toThrow(TypeError);
});
