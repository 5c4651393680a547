import { describe, expect, test } from "vitest";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { Report } from "../../src/core/report.ts";
import { getRegistrySeams } from "../../src/core/seams.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";
import { createWatchedClock } from "../support/watched-clock.ts";

const WAIT_MS = 1_000;

function getKnownReport(registry: StatusRegistry, waitMs: number): Promise<Report> {
  return getRegistrySeams(registry).getKnownReport(waitMs);
}

/** A registry of which one handler never answers. */
function createWorld(options: HandlerOptions = {}) {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  let calls = 0;
  registry.addStatusHandler(
    "Hanging",
    () => {
      calls += 1;
      return new Promise(() => {});
    },
    { timeoutMs: 60_000, ...options },
  );
  return {
    clock,
    registry,
    get calls() {
      return calls;
    },
    /** What is known when the wait is over, after `meanwhile` has happened in it. */
    async wait(meanwhile = (): void => {}) {
      const asked = getKnownReport(registry, WAIT_MS);
      meanwhile();
      await clock.advance(WAIT_MS);
      const { entries } = await asked;
      return entries.map(({ name, status, reason }) => [name, status.detail ?? status.state, reason]);
    },
  };
}

const HANGING = ["Hanging", "has not answered yet", "hung"];

describe("what a registry knows without waiting for all", () => {
  test("is at once what all say, where all answer", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    registry.addStatusHandler("Quick", async () => ({ state: "OK" }));
    expect(await getKnownReport(registry, WAIT_MS)).toEqual(await registry.getReport());
  });

  test.each([
    ["shared", "shared"],
    ["instance", "instance"],
    ["local", "instance"],
  ] as const)("never affects liveness before its first result: %s", async (scope, shown) => {
    const { clock, registry } = createWorld({ scope });
    const asked = getKnownReport(registry, WAIT_MS);
    await clock.advance(WAIT_MS);
    expect((await asked).entries[0]?.scope).toBe(shown);
  });

  test("is RED since the first time it was asked for, for who has never answered; that is no change", async () => {
    const { clock, registry, wait } = createWorld();
    const firstAsked = new Date(clock.now() + WAIT_MS);
    expect(await wait()).toEqual([HANGING]);
    await clock.advance(WAIT_MS);
    const { entries } = await getKnownReport(registry, WAIT_MS);
    expect(entries).toMatchObject([{ since: firstAsked, scope: "shared", durationMs: 2 * WAIT_MS }]);
    expect(registry.history("Hanging")).toEqual([]);
  });

  test.each([{}, { intervalMs: 1_000 }])(
    "is waited for once, and asks once who hangs: %o",
    async (options) => {
      const world = createWorld(options);
      await world.wait();
      const { state } = await getKnownReport(world.registry, WAIT_MS);
      expect([state, world.calls]).toEqual(["RED", 1]);
    },
  );

  test("leaves out who was removed meanwhile, and who came", async () => {
    const { registry, wait } = createWorld();
    registry.addStatusHandler("Other", () => new Promise(() => {}));
    const entries = await wait(() => {
      registry.removeStatusHandler("Other");
      registry.addStatusHandler("New", () => ({ state: "OK" }));
    });
    expect(entries).toEqual([HANGING]);
  });

  test("is what a successor says, and what the one before said where that has not answered yet", async () => {
    const { registry, wait } = createWorld();
    registry.addStatusHandler("Other", () => ({ state: "OK" }));
    registry.addStatusHandler("Quick", () => new Promise(() => {}));
    const entries = await wait(() => {
      registry.addStatusHandler("Other", () => new Promise(() => {}));
      registry.addStatusHandler("Quick", () => ({ state: "OK" }));
      void registry.getStatus("Quick");
    });
    expect(entries).toEqual([HANGING, ["Other", "OK", undefined], ["Quick", "OK", undefined]]);
  });

  test("does not wait for a run in the background", async () => {
    const { clock, registry } = createWorld();
    registry.removeStatusHandler("Hanging");
    let calls = 0;
    const answerOnce = async () => {
      calls += 1;
      return calls === 1 ? { state: "OK" as const } : new Promise<never>(() => {});
    };
    registry.addStatusHandler("Background", answerOnce, { intervalMs: 1_000, timeoutMs: 60_000 });
    await clock.advance(2_000);
    expect(calls).toBe(2);
    expect((await getKnownReport(registry, WAIT_MS)).entries).toMatchObject([{ status: { state: "OK" } }]);
  });

  test("does not wait for a run that has begun before, if something is known", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler);
    await registry.getReport();
    handler.hang();
    void registry.getReport();
    expect((await getKnownReport(registry, WAIT_MS)).state).toBe("OK");
    expect(handler.calls).toBe(2);
    registry.close();
  });

  test("waits for a run that has begun before, if nothing is known yet", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const handler = createFakeHandler({ clock });
    handler.answerAfter(WAIT_MS);
    registry.addStatusHandler("Db", handler);
    void registry.getReport();
    await clock.advance(WAIT_MS / 2);
    const known = getKnownReport(registry, WAIT_MS);
    await clock.advance(WAIT_MS / 2);
    expect((await known).state).toBe("OK");
    expect(handler.calls).toBe(1);
  });

  test("is the state of now for a handler that is not running", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler);
    await registry.getReport();
    handler.report("RED");
    expect((await getKnownReport(registry, WAIT_MS)).state).toBe("RED");
  });

  test("is RED and stale where a run in the background has outlasted the age of the last result", async () => {
    const clock = createFakeClock();
    let sleptMs = 0;
    // While a machine sleeps, its timers do not fire.
    const registry = createStatusRegistry({
      clock: { ...clock, monotonicNow: () => clock.monotonicNow() + sleptMs },
    });
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler, { intervalMs: 1_000, timeoutMs: 100 });
    await clock.advance(0);
    handler.hang();
    await clock.advance(1_000);
    expect(handler.pending).toBe(1);
    sleptMs = 60_000;
    expect((await getKnownReport(registry, WAIT_MS)).entries).toMatchObject([{ reason: "stale" }]);
    registry.close();
  });

  test("keeps no process alive while it waits", async () => {
    const clock = createWatchedClock();
    const registry = createStatusRegistry({ clock });
    registry.addStatusHandler("Hanging", () => new Promise(() => {}), { timeoutMs: 60_000 });
    const known = getKnownReport(registry, WAIT_MS);
    await clock.untilTimer(WAIT_MS);
    expect(clock.started.every(({ background }) => background)).toBe(true);
    await clock.advance(WAIT_MS);
    expect((await known).entries).toHaveLength(1);
    registry.close();
  });

  test("is what the report says, in the background, for a registry that was made otherwise", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    const asked: unknown[] = [];
    const own: StatusRegistry = {
      ...registry,
      getReport(options) {
        asked.push(options);
        return registry.getReport(options);
      },
    };
    own.addStatusHandler("Db", () => ({ state: "YELLOW" }));
    expect((await getKnownReport(own, WAIT_MS)).state).toBe("YELLOW");
    expect(asked).toEqual([{ background: true }]);
  });

  test("says why, as a report does", async () => {
    const { registry, wait } = createWorld();
    registry.addStatusHandler("Search", () => ({ state: "RED" }), { dependsOn: ["Database"] });
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    expect((await wait())[1]).toEqual(["Search", "because Database is RED", "dependency"]);
  });
});
