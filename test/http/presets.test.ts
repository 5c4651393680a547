import { describe, expect, test } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createAsk, type FakeRequest } from "../../src/testing/ask.ts";

function askWith(options: ServiceStatusOptions = {}) {
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "OK", detail: "7 connections" }));
  const ask = createAsk({ registry, preset: "kubernetes", ...options });
  return async (target: string, request?: FakeRequest) => {
    const { status, body, headers } = await ask(target, request);
    return { status, body, type: headers["Content-Type"] };
  };
}

const SHORT = '{"Database":{"state":"OK"}}';
const LONG = '{"Database":{"state":"OK","detail":"7 connections"}}';
const ELSEWHERE: FakeRequest = { remoteAddress: "10.1.2.3" };

describe('the preset "kubernetes"', () => {
  test("serves health probes and extended metrics", async () => {
    const get = askWith();
    expect(await get("/readyz")).toMatchObject({ status: 200, body: "ok" });
    expect((await get("/svc_status.prometheus")).body).toContain("svc_status_overall 0");
  });

  test("prefers JSON, but not for those who name another format, and never for a scraper", async () => {
    const get = askWith();
    const accept = (value: string): FakeRequest => ({ headers: { accept: value } });
    expect(await get("/svc_status")).toMatchObject({ body: LONG, type: "application/json" });
    expect((await get("/svc_status", accept("*/*"))).type).toBe("application/json");
    expect((await get("/svc_status", accept("text/csv"))).type).toBe("text/csv; charset=utf-8");
    expect((await get("/svc_status", accept("text/html"))).type).toBe("text/html; charset=utf-8");
    expect((await get("/svc_status.csv")).type).toBe("text/csv; charset=utf-8");
    const scraper = { headers: { accept: "*/*", "x-prometheus-scrape-timeout-seconds": "10" } };
    expect((await get("/svc_status", scraper)).type).toMatch(/^text\/plain; version=0.0.4/);
  });

  test("shows details to clients on this machine only", async () => {
    const get = askWith();
    expect((await get("/svc_status")).body).toBe(LONG);
    expect((await get("/svc_status", ELSEWHERE)).body).toBe(SHORT);
    const forwarded = { headers: { "x-forwarded-for": "10.1.2.3" } };
    expect((await get("/svc_status", forwarded)).body).toBe(SHORT);
  });

  test("shows details to those whom authorize permits, wherever they are", async () => {
    const get = askWith({ svcStatus: { authorize: ({ header }) => header("x-me") === "1" } });
    expect((await get("/svc_status", { ...ELSEWHERE, headers: { "x-me": "1" } })).body).toBe(LONG);
    expect((await get("/svc_status", ELSEWHERE)).status).toBe(403);
  });

  test("gives way to every other option", async () => {
    const get = askWith({
      healthProbes: { ready: "/ready" },
      svcStatus: { path: "/status", details: "always", prometheus: { extended: false } },
    });
    expect((await get("/readyz")).status).toBe(404);
    expect((await get("/ready")).status).toBe(200);
    expect((await get("/status", ELSEWHERE)).body).toBe(LONG);
    expect((await get("/status.prometheus")).body).not.toContain("svc_status_overall");
    expect((await askWith({ healthProbes: false })("/readyz")).status).toBe(404);
    expect((await askWith({ svcStatus: false })("/svc_status")).status).toBe(404);
  });

  test("does not change the caller's options, and takes undefined for left out", async () => {
    const options = Object.freeze({ svcStatus: Object.freeze({ prometheus: Object.freeze({}) }) });
    expect((await askWith(options)("/svc_status.prometheus")).body).toContain("svc_status_overall");
    const none = { healthProbes: undefined, svcStatus: undefined } as never;
    expect((await askWith(none)("/readyz")).status).toBe(200);
  });

  test("is the only one", () => {
    expect(() => createAsk({ preset: "heroku" as never })).toThrow(
      'preset: expected "kubernetes", got "heroku"',
    );
  });
});

test("without a preset, the defaults stay csv for everybody", async () => {
  const get = askWith({ preset: undefined } as never);
  expect(await get("/svc_status", ELSEWHERE)).toMatchObject({ body: "Database\tOK\n" });
  expect((await get("/readyz")).status).toBe(404);
});
