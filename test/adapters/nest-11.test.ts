import * as nest from "nest-11";
import { describe, expect, test, vi } from "vitest";
import { fromIndicator } from "../../src/adapters/nest.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { describeNest, type Nest } from "./nest.ts";

// The package resolves to release 12 from here; an application has one release only.
vi.mock("@nestjs/core", () => import("nest-11"));

describeNest(11, nest as unknown as Nest);

describe("fromIndicator, with @nestjs/terminus 11", () => {
  test("takes what an indicator returns, and what it throws", async () => {
    const registry = createStatusRegistry();
    const session = new nest.HealthIndicatorService().check("database");
    registry.addStatusHandler(
      "Up",
      fromIndicator(() => session.up({ connections: 3 })),
    );
    registry.addStatusHandler(
      "Down",
      fromIndicator(() => session.down("gone")),
    );
    registry.addStatusHandler(
      "Thrown",
      fromIndicator(() => {
        throw new nest.HealthCheckError("dog is ill", { dog: { status: "down" } });
      }),
    );
    const { entries } = await registry.getReport();
    expect(entries.map(({ status }) => status)).toEqual([
      { state: "OK", connections: 3 },
      { state: "RED", detail: "gone" },
      { state: "RED", detail: "dog is ill" },
    ]);
  });

  async function ask(error: Error) {
    const registry = createStatusRegistry();
    registry.addStatusHandler(
      "Asked",
      fromIndicator(() => Promise.reject(error)),
    );
    return registry.getStatus("Asked");
  }

  test("keeps what a thrown result says beside the message", async () => {
    const results = {
      db: { status: "down", message: "connect postgres://app:x@db failed", tries: 3 },
      cache: { status: "up" },
    };
    expect(await ask(new nest.HealthCheckError("db is not available", results))).toEqual({
      state: "RED",
      detail: "db is not available: connect postgres://***@db failed",
      tries: 3,
    });
  });

  test("is RED for what was thrown, even if all of it is up", async () => {
    const error = new nest.HealthCheckError("too slow", { db: { status: "up", tookMs: 900 } });
    expect(await ask(error)).toEqual({ state: "RED", detail: "too slow", tookMs: 900 });
  });

  test("keeps causes of any other form, without their secrets", async () => {
    const causes = [new Error("password=x refused"), { user: "app", password: "x", tries: 2 }];
    expect(await ask(new nest.HealthCheckError("db is ill", causes))).toEqual({
      state: "RED",
      detail: "db is ill",
      causes: ["password=*** refused", { user: "app", password: "***", tries: 2 }],
    });
  });
});
