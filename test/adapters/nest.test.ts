import { Controller, Get, Injectable, Scope } from "@nestjs/common";
import { APP_GUARD, NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { HealthIndicatorService } from "@nestjs/terminus";
import { Test } from "@nestjs/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { fromIndicator, type Indicator, StatusModule } from "../../src/adapters/nest.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { Status } from "../../src/core/status.ts";
import { portOf } from "../contract/listen.ts";
import { describeNest } from "./nest.ts";
import { askUntilTheEnd, createOptions, REPORT } from "./serve.ts";

describeNest(12, {
  APP_GUARD,
  Controller,
  Get,
  Injectable,
  Scope,
  NestFactory,
  ExpressAdapter,
  FastifyAdapter,
});

describe("a testing module of Nest", () => {
  test.each([
    ["Express", () => new ExpressAdapter()],
    ["Fastify", () => new FastifyAdapter()],
  ])("serves the status with %s", async (_platform, createAdapter) => {
    const imports = [StatusModule.forRoot(createOptions())];
    const compiled = await Test.createTestingModule({ imports }).compile();
    const app = compiled.createNestApplication(createAdapter());
    await app.listen(0, "127.0.0.1");
    const ask = askUntilTheEnd({ port: portOf(app.getHttpServer()), close: () => app.close() });
    expect(await ask("GET /svc_status")).toMatchObject(REPORT);
  });

  test("needs no HTTP", async () => {
    const imports = [StatusModule.forRoot(createOptions())];
    const compiled = await Test.createTestingModule({ imports }).compile();
    onTestFinished(() => compiled.close());
    await expect(compiled.init()).resolves.toBe(compiled);
  });
});

describe("fromIndicator, with @nestjs/terminus 12", () => {
  const indicators = new HealthIndicatorService();

  async function ask(indicator: Indicator): Promise<Status> {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Asked", fromIndicator(indicator));
    return registry.getStatus("Asked");
  }

  test("is OK for up, with what else the indicator says", async () => {
    const status = await ask(() => indicators.check("database").up({ connections: 3 }));
    expect(status).toEqual({ state: "OK", connections: 3 });
  });

  test("keeps its own state when the indicator has a property of that name", async () => {
    const status = await ask(() => indicators.check("mongo").up({ state: 1, labels: { open: 2 } }));
    expect(status).toEqual({ state: "OK", labels: { open: 2 } });
  });

  test("is YELLOW for degraded and RED for down, with the message as detail", async () => {
    expect(await ask(() => indicators.check("cache").degraded("slow today"))).toEqual({
      state: "YELLOW",
      detail: "slow today",
    });
    expect(await ask(async () => indicators.check("cache").down({ message: "gone", code: 7 }))).toEqual({
      state: "RED",
      detail: "gone",
      code: 7,
    });
  });

  test("hides secrets in all that the indicator says, at every level", async () => {
    const url = "redis://:x@cache";
    const labels = { open: 2 };
    const status = await ask(() =>
      indicators.check("cache").down({
        message: new Error(`no answer of ${url}`),
        last: { error: new Error(`failed: ${url}`), urls: [url], token: "x", at: new Date(0) },
        labels,
      } as never),
    );
    expect(status).toEqual({
      state: "RED",
      detail: "no answer of redis://***@cache",
      last: {
        error: "failed: redis://***@cache",
        urls: ["redis://***@cache"],
        token: "***",
        at: "1970-01-01T00:00:00.000Z",
      },
      labels,
    });
  });

  test("shows of a client that was handed over as much as it may", async () => {
    const pool = Array.from({ length: 1_000 }, (_, index) => index);
    const client: Record<string, unknown> = { pool };
    client["self"] = client;
    const { client: shown } = await ask(() => indicators.check("db").down({ client } as never));
    expect(shown).toMatchObject({ pool: pool.slice(0, 100) });
    expect(shown).toHaveProperty("self.self.self.self", "…");
  });

  test("asks an attempt anew each time", async () => {
    let count = 0;
    const attempt = indicators.check("queue").attempt(() => {
      count += 1;
      if (count > 1) throw new Error("connect amqp://user:secret@queue failed");
    });
    const registry = createStatusRegistry();
    registry.addStatusHandler("Queue", fromIndicator(attempt));
    registry.addStatusHandler(
      "Later",
      fromIndicator(() => attempt),
    );
    expect(await registry.getStatus("Queue")).toMatchObject({ state: "OK" });
    const again = { state: "RED", detail: "connect amqp://***@queue failed" };
    expect(await registry.getStatus("Queue")).toMatchObject(again);
    expect(await registry.getStatus("Later")).toMatchObject(again);
  });

  test("takes the worst of several keys", async () => {
    const status = await ask(() => ({
      ...indicators.check("one").up(),
      ...indicators.check("two").down("two is gone"),
      ...indicators.check("three").degraded("three is slow"),
    }));
    expect(status).toEqual({ state: "RED", detail: "two is gone" });
  });

  test.each([
    ["reports nothing", () => ({}), "the indicator reported nothing"],
    [
      "reports an unknown status",
      () => ({ key: { status: "meh" } }),
      'the indicator key reported the unknown status "meh"',
    ],
    ["returns nothing", () => undefined as never, expect.any(String)],
    ["reports no object", () => ({ key: null }) as never, expect.any(String)],
    ["throws", () => Promise.reject(new Error("no route")), "no route"],
  ])("is RED for an indicator that %s", async (_name, indicator, detail) => {
    expect(await ask(indicator)).toEqual({ state: "RED", detail });
  });

  test("throws for a promise, which could be asked only once", () => {
    expect(() => fromIndicator(Promise.resolve(indicators.check("once").up()))).toThrow(TypeError);
  });
});
