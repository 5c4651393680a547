import * as nest from "nest-11";
import { describe, expect, test, vi } from "vitest";
import { fromIndicator } from "../../src/adapters/nest.ts";
import { createStatusRegistry } from "../../src/core/registry.ts";
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
});
