import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { HELD_WAIT_MS } from "../../src/http/readiness.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";
import { createRecordingLogger } from "../support/registry.ts";

/** An instance with a shared `Database`, `Orders` that depend on it, and its own `Disk`. */
function createInstance(options: ServiceStatusOptions = { healthProbes: true }) {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const registry = createStatusRegistry({ clock, logger });
  const probe = createProbe();
  const [database, orders, disk] = [createFakeHandler(), createFakeHandler(), createFakeHandler()];
  registry.addStatusHandler("Database", database);
  registry.addStatusHandler("Orders", orders, { scope: "local", dependsOn: ["Database"] });
  registry.addStatusHandler("Disk", disk, { scope: "instance" });
  const ask = createAsk({ registry, probe, ...options });
  const get = async (target: string) => {
    const { status, body } = await ask(target);
    return [status, body] as const;
  };
  return { clock, logger, registry, probe, database, orders, disk, ask, get };
}

const HELD = "[+]probe ok\n[+]Database held: RED for 40 s\n[+]Orders ok\n[+]Disk ok\nreadyz check passed\n";

describe("readiness while a shared handler is RED", () => {
  test("is held, and says so when asked", async () => {
    const { database, clock, get } = createInstance();
    expect(await get("/readyz")).toEqual([200, "ok"]);
    database.report("RED");
    expect(await get("/readyz")).toEqual([200, "ok"]);
    await clock.advance(40_000);
    expect(await get("/readyz")).toEqual([200, "ok"]);
    expect(await get("/readyz?verbose")).toEqual([200, HELD]);
    expect(await get("/readyz/Database")).toEqual([200, "ok"]);
  });

  test("fails once it has lasted holdMs without a break, and passes again when it is over", async () => {
    const { database, clock, get } = createInstance({ healthProbes: { holdMs: 60_000 } });
    await get("/readyz");
    database.report("RED");
    await get("/readyz");
    await clock.advance(59_999);
    expect((await get("/readyz"))[0]).toBe(200);
    await clock.advance(1);
    expect((await get("/readyz"))[0]).toBe(503);
    database.report("YELLOW");
    expect((await get("/readyz"))[0]).toBe(200);
    database.report("RED");
    expect((await get("/readyz"))[0]).toBe(200);
  });

  test("is never held before the handler was other than RED once", async () => {
    const { database, get } = createInstance();
    database.report("RED");
    expect((await get("/readyz"))[0]).toBe(503);
    database.report("OK");
    expect((await get("/readyz"))[0]).toBe(200);
    database.report("RED");
    expect((await get("/readyz"))[0]).toBe(200);
  });

  test("fails at once by trouble of this instance, and by a decommissioned probe", async () => {
    const { database, disk, orders, probe, get } = createInstance();
    await get("/readyz");
    database.report("RED");
    disk.report("RED");
    expect(await get("/readyz")).toEqual([
      503,
      "[+]probe ok\n[+]Database held: RED for 0 ms\n[+]Orders ok\n[-]Disk failed: reason withheld\nreadyz check failed\n",
    ]);
    disk.report("OK");
    probe.decommission();
    expect((await get("/readyz"))[0]).toBe(503);
    probe.commission();
    database.report("OK");
    await get("/readyz");
    orders.report("RED");
    expect((await get("/readyz"))[0]).toBe(200);
  });

  test("holds what depends on it", async () => {
    const { database, orders, get, clock } = createInstance();
    await get("/readyz");
    orders.report("RED");
    expect((await get("/readyz"))[0]).toBe(503);
    database.report("RED");
    expect((await get("/readyz"))[0]).toBe(200);
    database.report("OK");
    // The dependent may follow for a minute.
    expect((await get("/readyz"))[0]).toBe(200);
    await clock.advance(60_000);
    expect((await get("/readyz"))[0]).toBe(503);
  });

  test("does not wait for a handler that cannot change the verdict", async () => {
    const { database, clock, get } = createInstance();
    await get("/readyz");
    database.hang();
    let answer: unknown;
    void get("/readyz").then((got) => {
      answer = got;
    });
    await clock.advance(HELD_WAIT_MS - 1);
    expect(answer).toBeUndefined();
    await clock.advance(1);
    expect(answer).toEqual([200, "ok"]);
    // Later requests do not wait for the same run again.
    expect(await get("/readyz")).toEqual([200, "ok"]);
    await clock.advance(5_000);
    expect((await get("/readyz?verbose"))[1]).toContain("[+]Database held: RED for ");
  });

  test("does not follow the wall clock", async () => {
    const { database, clock, get } = createInstance();
    await get("/readyz");
    database.report("RED");
    await get("/readyz");
    clock.jump(86_400_000);
    expect((await get("/readyz"))[0]).toBe(200);
  });

  test("goes on for a handler that is replaced, and starts again with one that was removed", async () => {
    const { registry, database, get, clock } = createInstance({ healthProbes: { holdMs: 10_000 } });
    await get("/readyz");
    database.report("RED");
    await get("/readyz");
    await clock.advance(6_000);
    registry.addStatusHandler("Database", database);
    expect((await get("/readyz"))[0]).toBe(200);
    await clock.advance(4_000);
    expect((await get("/readyz"))[0]).toBe(503);
    database.report("OK");
    await get("/readyz");
    registry.removeStatusHandler("Database");
    database.report("RED");
    registry.addStatusHandler("Database", database);
    expect((await get("/readyz"))[0]).toBe(503);
  });

  test("is not held by a registry that was closed", async () => {
    const { registry, database, get } = createInstance();
    await get("/readyz");
    database.report("RED");
    await get("/readyz");
    registry.close();
    expect((await get("/readyz"))[0]).toBe(503);
  });

  test("is held by what was seen here, where a registry wraps another", async () => {
    const { registry, database } = createInstance();
    const wrapping: StatusRegistry = Object.create(registry);
    const ask = createAsk({ registry: wrapping, healthProbes: true });
    database.report("RED");
    expect((await ask("/readyz")).status).toBe(503);
    database.report("OK");
    expect((await ask("/readyz")).status).toBe(200);
    database.report("RED");
    expect((await ask("/readyz")).status).toBe(200);
  });
});

describe("requireHealthy", () => {
  test("remembers what the health probes saw, if a registry wraps another", async () => {
    const { registry, database } = createInstance();
    const wrapping: StatusRegistry = Object.create(registry);
    const probeStatus = { requireHealthy: { shared: "start" } } as const;
    const ask = createAsk({ registry: wrapping, probe: createProbe(), healthProbes: true, probeStatus });
    expect((await ask("/readyz")).status).toBe(200);
    database.report("RED");
    expect((await ask("/probe_status")).status).toBe(200);
  });

  test.each([
    [true, 503],
    [{ shared: "count" }, 503],
    [{}, 200],
    [{ shared: "start" }, 200],
    [{ shared: "ignore" }, 200],
    [false, 200],
  ] as const)("%j answers %i while a shared handler is RED", async (requireHealthy, status) => {
    const { database, get } = createInstance({ probeStatus: { requireHealthy } });
    expect(await get("/probe_status")).toEqual([200, "OK"]);
    database.report("RED");
    expect(await get("/probe_status")).toEqual([status, status === 200 ? "OK" : "RED"]);
  });

  test("is held for its own holdMs", async () => {
    const { database, clock, get } = createInstance({ probeStatus: { requireHealthy: { holdMs: 1_000 } } });
    await get("/probe_status");
    database.report("RED");
    await get("/probe_status");
    await clock.advance(1_000);
    expect(await get("/probe_status")).toEqual([503, "RED"]);
  });
});

test("the metric shows what is held", async () => {
  const { database, get } = createInstance({
    healthProbes: true,
    svcStatus: { prometheus: { extended: true } },
  });
  await get("/readyz");
  expect((await get("/svc_status.prometheus"))[1]).not.toContain('svc_status_held{name="Database"}');
  database.report("RED");
  await get("/readyz");
  expect((await get("/svc_status.prometheus"))[1]).toContain('svc_status_held{name="Database"} 1\n');
});

describe("for any schedule", () => {
  const HOLD_MS = 10_000;
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 6_000 }),
    database: fc.constantFrom<State>("OK", "YELLOW", "RED"),
    disk: fc.constantFrom<State>("OK", "OK", "OK", "RED"),
    decommissioned: fc.constantFrom(false, false, false, true),
  });

  test.each(["hold", "start", "count", "ignore"] as const)(
    "%s keeps its line of the table",
    async (shared) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { clock, database, disk, probe, get } = createInstance({
            healthProbes: { shared, holdMs: HOLD_MS },
          });
          let hasBeenUp = false;
          let redSinceMs: number | undefined;
          for (const each of steps) {
            await clock.advance(each.waitMs);
            database.report(each.database);
            disk.report(each.disk);
            if (each.decommissioned) probe.decommission();
            else probe.commission();
            const [status] = await get("/readyz");
            const isRed = each.database === "RED";
            redSinceMs = isRed ? (redSinceMs ?? clock.monotonicNow()) : undefined;
            hasBeenUp ||= !isRed;
            const hasExpired = redSinceMs !== undefined && clock.monotonicNow() - redSinceMs >= HOLD_MS;
            const counts = { hold: hasExpired || !hasBeenUp, start: !hasBeenUp, count: true, ignore: false }[
              shared
            ];
            const isUnready = each.disk === "RED" || each.decommissioned || (isRed && counts);
            expect(status).toBe(isUnready ? 503 : 200);
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});
