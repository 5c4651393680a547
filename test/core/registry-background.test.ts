import { describe, expect, test } from "vitest";
import { MAX_INTERVAL_MS, MAX_RESULTS_IN_ROW } from "../../src/core/handler-options.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { Entry } from "../../src/core/report.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";
import type { Clock } from "../../src/util/clock.ts";

function start(): { clock: FakeClock; registry: StatusRegistry } {
  const clock = createFakeClock();
  return { clock, registry: createStatusRegistry({ clock }) };
}

async function entryOf(registry: StatusRegistry, name: string): Promise<Entry | undefined> {
  const { entries } = await registry.getReport({ names: [name] });
  return entries[0];
}

describe("a handler in the background", () => {
  test("is asked once at registration, and known before the first interval is over", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler, { intervalMs: 60_000 });
    expect(handler.calls).toBe(0);
    await clock.advance(0);
    expect(handler.calls).toBe(1);
    expect((await registry.getReport()).state).toBe("OK");
    expect(handler.calls).toBe(1);
  });

  test("is never called for a request: 1,000 in parallel read what is known", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler({ clock });
    handler.answerAfter(500);
    registry.addStatusHandler("Db", handler, { intervalMs: 60_000 });
    const early = Array.from({ length: 500 }, () => registry.getReport());
    await clock.advance(500);
    const late = Array.from({ length: 500 }, () => registry.getReport());
    const reports = await Promise.all([...early, ...late]);
    expect(new Set(reports.map(({ state }) => state))).toEqual(new Set(["OK"]));
    expect(handler.calls).toBe(1);
  });

  test("says when it was checked and how long that took, not when it was asked for", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler({ clock });
    handler.answerAfter(500);
    registry.addStatusHandler("Db", handler, { intervalMs: 60_000 });
    const startedAt = clock.now();
    await clock.advance(30_000);
    expect(await entryOf(registry, "Db")).toMatchObject({
      checkedAt: new Date(startedAt + 500),
      durationMs: 500,
    });
  });

  test("goes on after throwing, and after whatever else went wrong", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler, { intervalMs: 1_000 });
    await clock.advance(0);
    handler.fail(undefined);
    await clock.advance(1_000);
    expect(await entryOf(registry, "Db")).toMatchObject({ status: { state: "RED" }, reason: "threw" });
    handler.returnValue("banana");
    await clock.advance(1_000);
    expect(await entryOf(registry, "Db")).toMatchObject({ status: { state: "RED" }, reason: "invalid" });
    handler.report("OK");
    await clock.advance(1_000);
    expect(await entryOf(registry, "Db")).toMatchObject({ status: { state: "OK" } });
  });

  test("does not stay OK when it never settles any more", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler, { intervalMs: 10_000, timeoutMs: 2_000 });
    await clock.advance(5_000);
    handler.hang();
    await clock.advance(7_000);
    expect(await entryOf(registry, "Db")).toMatchObject({ status: { state: "RED" }, reason: "timeout" });
    await clock.advance(86_400_000);
    expect((await registry.getReport()).state).toBe("RED");
    registry.close();
  });

  test("is called anew at each interval, however young a result maxAgeMs would reuse", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler, { intervalMs: 1_000, maxAgeMs: 60_000 });
    await clock.advance(5_000);
    expect(handler.calls).toBe(6);
  });

  test("drifts away from others that were registered in the same moment", async () => {
    const clock = Object.assign(createFakeClock(), { random: Math.random });
    const registry = createStatusRegistry({ clock });
    const callsAt: number[] = [];
    for (let index = 0; index < 100; index += 1) {
      registry.addStatusHandler(
        `Db ${index}`,
        () => {
          callsAt.push(clock.monotonicNow());
          return { state: "OK" };
        },
        { intervalMs: 10_000 },
      );
    }
    await clock.advance(11_000);
    const second = callsAt.slice(100, 200);
    expect(Math.min(...second)).toBeGreaterThanOrEqual(9_000);
    expect(Math.max(...second)).toBeLessThanOrEqual(11_000);
    expect(new Set(second.map((at) => Math.floor(at / 500))).size).toBe(4);
    registry.close();
  });

  test("keeps no process alive, neither between its runs nor in one", async () => {
    const clock = createFakeClock();
    const { startTimer } = clock;
    const kinds: boolean[] = [];
    const startNoted: Clock["startTimer"] = (delayMs, run, options = {}) => {
      kinds.push(options.background ?? false);
      return startTimer(delayMs, run, options);
    };
    const registry = createStatusRegistry({ clock: Object.assign(clock, { startTimer: startNoted }) });
    registry.addStatusHandler("Db", async () => ({ state: "OK" }), { intervalMs: 1_000 });
    await clock.advance(10_000);
    expect(kinds.length).toBeGreaterThan(20); // a deadline and an interval for each run
    expect(new Set(kinds)).toEqual(new Set([true]));
    kinds.length = 0;
    registry.addStatusHandler("OnDemand", async () => ({ state: "OK" }));
    await registry.getReport();
    expect(kinds).toEqual([false]);
  });

  test.each([0, -1, Number.NaN, MAX_INTERVAL_MS + 1, "10000", null])(
    "refuses an interval of %s",
    (intervalMs) => {
      const { registry } = start();
      const add = () =>
        registry.addStatusHandler("Db", () => ({ state: "OK" }), { intervalMs: intervalMs as number });
      expect(add).toThrow(`intervalMs: expected a number from 1 to ${MAX_INTERVAL_MS}, got`);
      expect(registry.names).toEqual([]);
    },
  );
});

describe("a result that is too old", () => {
  /** A registry in a process that was frozen: no timer of the background fires until `thaw()`. */
  function startFrozen() {
    const clock = createFakeClock();
    const { startTimer } = clock;
    const late: (() => void)[] = [];
    const startFrozenTimer: Clock["startTimer"] = (delayMs, run, options = {}) => {
      if (options.background) late.push(run);
      return options.background ? () => {} : startTimer(delayMs, run, options);
    };
    const registry = createStatusRegistry({ clock: Object.assign(clock, { startTimer: startFrozenTimer }) });
    return { clock, registry, thaw: () => void late.splice(0).forEach((run) => void run()) };
  }

  test("is RED and stale after three intervals and a deadline, to the millisecond", async () => {
    const { clock, registry } = startFrozen();
    registry.addStatusHandler("Db", () => ({ state: "OK", detail: "fine" }), {
      intervalMs: 10_000,
      timeoutMs: 5_000,
    });
    const checkedAt = new Date(clock.now());
    await clock.advance(35_000);
    expect(await entryOf(registry, "Db")).toMatchObject({ status: { state: "OK" }, since: checkedAt });
    await clock.advance(1);
    expect(await entryOf(registry, "Db")).toMatchObject({
      status: { state: "RED", detail: "the last result is 35 s old: it was OK" },
      rawStatus: { state: "OK", detail: "fine" },
      reason: "stale",
      checkedAt,
      since: new Date(clock.now()),
    });
  });

  test("says its age at each request, and is told as one change", async () => {
    const { clock, registry } = startFrozen();
    registry.addStatusHandler("Db", () => ({ state: "OK" }), { intervalMs: 1_000, timeoutMs: 1_000 });
    await clock.advance(60_000);
    const first = await entryOf(registry, "Db");
    await clock.advance(3_540_000);
    const second = await entryOf(registry, "Db");
    expect(first?.status.detail).toBe("the last result is 60 s old: it was OK");
    expect(second?.status.detail).toBe("the last result is 3600 s old: it was OK");
    expect(second?.since).toEqual(first?.since);
    expect(registry.history("Db")).toMatchObject([{ from: "OK", to: "RED", reason: "stale" }]);
  });

  test("is forgotten with the next one, without waiting for thresholds", async () => {
    const { clock, registry, thaw } = startFrozen();
    registry.addStatusHandler("Db", () => ({ state: "OK" }), { intervalMs: 1_000, recoverAfter: 3 });
    await clock.advance(60_000);
    expect((await registry.getReport()).state).toBe("RED");
    thaw();
    expect((await registry.getReport()).state).toBe("OK");
    expect(registry.history("Db").map(({ to }) => to)).toEqual(["RED", "OK"]);
  });
});

describe("options together", () => {
  test("a handler that hangs is held back for failAfter calls, not for failAfter requests", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler, { timeoutMs: 2_000, failAfter: 3 });
    await registry.getReport();
    handler.hang();
    const from = clock.monotonicNow();
    registry.on("change", () => expect(handler.calls).toBe(4));
    while (registry.history("Db").length === 0) {
      void registry.getReport();
      await clock.advance(1_000);
    }
    expect(clock.monotonicNow() - from).toBe(12_000); // called after 0, 4 and 10 s, each for 2 s
    expect(await entryOf(registry, "Db")).toMatchObject({ reason: "hung", rawStatus: { state: "RED" } });
  });

  test("an entry shows what the handler said, what became of it, and why", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler({ clock });
    registry.addStatusHandler("Db", handler, { slowAfterMs: 100, failAfter: 2 });
    await registry.getReport();
    handler.report("OK", { detail: "primary" });
    handler.answerAfter(300);
    const entries: unknown[] = [];
    for (let count = 0; count < 2; count += 1) {
      void entryOf(registry, "Db").then((entry) => entries.push(entry));
      await clock.advance(300);
    }
    expect(entries).toMatchObject([
      {
        status: {
          state: "OK",
          detail: "1 of 2 results before YELLOW: took 300 ms, more than 100 ms: primary",
        },
        rawStatus: { state: "OK", detail: "primary" },
      },
      {
        status: { state: "YELLOW", detail: "took 300 ms, more than 100 ms: primary" },
        rawStatus: { state: "OK", detail: "primary" },
        reason: "slow",
      },
    ]);
    expect(entries[0]).not.toHaveProperty("reason");
  });

  test("an OK at its deadline is RED, not slow", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler({ clock });
    handler.answerAfter(1_001);
    registry.addStatusHandler("Db", handler, { slowAfterMs: 100, timeoutMs: 1_000 });
    const entry = entryOf(registry, "Db");
    await clock.advance(1_000);
    expect(await entry).toMatchObject({ reason: "timeout", durationMs: 1_000 });
  });

  test("a handler that is replaced counts its results from the beginning", async () => {
    const { registry } = start();
    registry.addStatusHandler("Db", () => ({ state: "OK" }), { failAfter: 3 });
    await registry.getReport();
    registry.addStatusHandler("Db", () => ({ state: "RED" }), { failAfter: 3 });
    expect((await registry.getReport()).state).toBe("RED");
  });

  test("scope and critical are shown as they were given", async () => {
    const { registry } = start();
    registry.addStatusHandler("Shared", () => ({ state: "OK" }));
    registry.addStatusHandler("Local", () => ({ state: "RED" }), { scope: "local", critical: false });
    const { state, entries } = await registry.getReport();
    expect(entries.map(({ scope, critical }) => [scope, critical])).toEqual([
      ["shared", true],
      ["local", false],
    ]);
    expect(state).toBe("YELLOW");
  });
});

describe.each(["failAfter", "recoverAfter"])("%s", (option) => {
  test.each([0, -1, 1.5, Number.NaN, MAX_RESULTS_IN_ROW + 1, "3", null])("%s is refused", (value) => {
    const { registry } = start();
    expect(() => registry.addStatusHandler("Db", () => ({ state: "OK" }), { [option]: value })).toThrow(
      `${option}: expected an integer from 1 to ${MAX_RESULTS_IN_ROW}, got`,
    );
    expect(registry.names).toEqual([]);
  });
});

describe("a slowAfterMs of", () => {
  test.each([-1, Number.NaN, "200", null])("%s is refused", (slowAfterMs) => {
    const { registry } = start();
    const add = () =>
      registry.addStatusHandler("Db", () => ({ state: "OK" }), { slowAfterMs: slowAfterMs as number });
    expect(add).toThrow("slowAfterMs: expected a number from 0 to 2147483647, got");
    expect(registry.names).toEqual([]);
  });
});

describe("a caller who leaves", () => {
  test.each([undefined, 60_000])(
    "does not cancel the run that others wait for, intervalMs %s",
    async (ms) => {
      const { clock, registry } = start();
      const handler = createFakeHandler({ clock });
      handler.answerAfter(2_000);
      registry.addStatusHandler("Db", handler, ms === undefined ? {} : { intervalMs: ms });
      const controller = new AbortController();
      const leaving = registry.waitForStatus("Db", "OK", { signal: controller.signal });
      const staying = registry.getReport();
      await clock.advance(1_000);
      controller.abort(new Error("the client has gone"));
      await expect(leaving).rejects.toThrow("the client has gone");
      await clock.advance(1_000);
      expect((await staying).state).toBe("OK");
      expect(handler.calls).toBe(1);
      expect(handler.lastContext?.signal.aborted).toBe(false);
      expect(registry.history("Db")).toEqual([]);
    },
  );
});
