import { describe, expect, test } from "vitest";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import { getHeld, setReadinessRule } from "../../../src/core/seams.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../../src/testing/fake-handler.ts";
import { createRecordingLogger } from "../../support/registry.ts";

/** A shared handler that was OK, and an orders handler of this instance that depends on it. */
async function createWorld(holdMs = 300_000) {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const registry = createStatusRegistry({ clock, logger });
  const database = createFakeHandler();
  const orders = createFakeHandler();
  registry.addStatusHandler("Database", database);
  registry.addStatusHandler("Orders", orders, { scope: "instance", dependsOn: ["Database"] });
  setReadinessRule(registry, { shared: "hold", holdMs });
  await registry.getReport();
  return {
    clock,
    registry,
    database,
    orders,
    /** What was logged about readiness. */
    holdLines: () => logger.lines.filter((line) => line.includes("readiness")),
    ask: () => registry.getReport(),
  };
}

const BEGIN = "warn: SVC002 Database: readiness is held, its RED does not count until it has lasted 300 s";

describe("what readiness holds", () => {
  test("is logged once when it begins and once when it ends", async () => {
    const { database, ask, clock, holdLines, registry } = await createWorld();
    database.report("RED");
    for (let round = 0; round < 5; round += 1) {
      await ask();
      await clock.advance(8_000);
    }
    expect([...getHeld(registry)]).toEqual([["Database", 40_000]]);
    expect(holdLines()).toEqual([BEGIN]);
    database.report("YELLOW");
    await ask();
    expect(getHeld(registry).size).toBe(0);
    expect(holdLines()).toEqual([BEGIN, "info: SVC003 Database: readiness is no longer held, it is not RED"]);
  });

  test("ends by itself after holdMs, without any request", async () => {
    const { database, ask, clock, holdLines, registry } = await createWorld();
    database.report("RED");
    await ask();
    await clock.advance(299_999);
    expect(holdLines()).toEqual([BEGIN]);
    await clock.advance(1);
    expect(holdLines()).toEqual([
      BEGIN,
      "error: SVC003 Database: readiness is no longer held, its RED counts after 5 min",
    ]);
    expect(getHeld(registry).size).toBe(0);
  });

  test("is what depends on it too, and that may follow for a minute", async () => {
    const { database, orders, ask, clock, registry, holdLines } = await createWorld();
    database.report("RED");
    orders.report("RED");
    await ask();
    expect([...getHeld(registry).keys()]).toEqual(["Database", "Orders"]);
    database.report("OK");
    await ask();
    expect([...getHeld(registry).keys()]).toEqual(["Orders"]);
    await clock.advance(60_000);
    expect(getHeld(registry).size).toBe(0);
    expect(holdLines().at(-1)).toBe(
      "error: SVC003 Orders: readiness is no longer held, its RED counts after 1 min",
    );
  });

  test("does not depend on the wall clock", async () => {
    const { database, ask, clock, registry } = await createWorld();
    database.report("RED");
    await ask();
    clock.jump(86_400_000);
    expect([...getHeld(registry)]).toEqual([["Database", 0]]);
  });

  test("goes on for a handler that is replaced, and ends with one that is removed", async () => {
    const { database, ask, clock, registry, holdLines } = await createWorld();
    database.report("RED");
    await ask();
    await clock.advance(10_000);
    registry.addStatusHandler("Database", database);
    await ask();
    expect([...getHeld(registry)]).toEqual([["Database", 10_000]]);
    registry.removeStatusHandler("Database");
    expect(holdLines()).toEqual([
      BEGIN,
      "info: SVC003 Database: readiness is no longer held, the handler was removed",
    ]);
    registry.addStatusHandler("Database", database);
    await ask();
    expect(getHeld(registry).size).toBe(0);
  });

  test("is nothing without readiness, after close(), and for what was never up", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const database = createFakeHandler();
    registry.addStatusHandler("Database", database);
    await registry.getReport();
    database.report("RED");
    await registry.getReport();
    expect(getHeld(registry).size).toBe(0);
    setReadinessRule(registry, { shared: "hold", holdMs: 1_000 });
    expect([...getHeld(registry).keys()]).toEqual(["Database"]);
    registry.addStatusHandler("Cache", () => ({ state: "RED" }));
    await registry.getReport();
    expect([...getHeld(registry).keys()]).toEqual(["Database"]);
    registry.close();
    expect(getHeld(registry).size).toBe(0);
  });

  test("leaves no timer behind when nothing is held, and none after close()", async () => {
    const { database, ask, clock, registry } = await createWorld();
    const before = clock.pendingTimers;
    database.report("RED");
    await ask();
    expect(clock.pendingTimers).toBe(before + 1);
    database.report("OK");
    await ask();
    expect(clock.pendingTimers).toBe(before);
    database.report("RED");
    await ask();
    registry.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
