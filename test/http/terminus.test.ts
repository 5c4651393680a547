import "reflect-metadata";
import type { INestApplicationContext } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { HealthCheckService, type HealthIndicatorResult, TerminusModule } from "@nestjs/terminus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import { createAsk } from "../../src/testing/ask.ts";

class Root {}

let nest: INestApplicationContext;

beforeAll(async () => {
  nest = await NestFactory.createApplicationContext(
    { module: Root, imports: [TerminusModule] },
    { logger: false },
  );
});

afterAll(() => nest.close());

/** The code and the body of the real `@nestjs/terminus`. */
async function askTerminus(indicators: readonly HealthIndicatorResult[]): Promise<unknown> {
  const checks = indicators.map((indicator) => () => indicator);
  try {
    return [200, await nest.get(HealthCheckService).check(checks)];
  } catch (error) {
    const { getStatus, getResponse } = error as { getStatus(): number; getResponse(): object };
    return [getStatus.call(error), getResponse.call(error)];
  }
}

test.each<[database: State, disk: State, commissioned: boolean]>([
  ["OK", "OK", true],
  ["RED", "OK", true],
  ["RED", "RED", false],
  ["OK", "YELLOW", false],
])("the format is that of @nestjs/terminus: %s, %s, %s", async (database, disk, commissioned) => {
  const registry = createStatusRegistry();
  const probe = createProbe();
  if (!commissioned) probe.decommission();
  registry.addStatusHandler("Database", () => ({ state: database }));
  registry.addStatusHandler("Disk", () => ({ state: disk }), { scope: "instance" });
  const ask = createAsk({ registry, probe, healthProbes: { format: "terminus" } });
  const { status, body } = await ask("/readyz");
  const toIndicator = (isUp: boolean) => ({ status: isUp ? ("up" as const) : ("down" as const) });
  const expected = await askTerminus([
    { probe: toIndicator(commissioned) },
    { Database: toIndicator(database !== "RED") },
    { Disk: toIndicator(disk !== "RED") },
  ]);
  expect([status, JSON.parse(body)]).toEqual(expected);
});
