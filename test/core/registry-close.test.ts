import { describe, expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { Entry } from "../../src/core/report.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

function start(): { clock: FakeClock; registry: StatusRegistry } {
  const clock = createFakeClock();
  return { clock, registry: createStatusRegistry({ clock }) };
}

async function entryOf(registry: StatusRegistry, name: string): Promise<Entry | undefined> {
  const { entries } = await registry.getReport({ names: [name] });
  return entries[0];
}

describe("close()", () => {
  test("leaves no timer, whatever was under way", async () => {
    const { clock, registry } = start();
    const [slow, hung, waiting] = [1, 2, 3].map(() => createFakeHandler());
    hung?.hang();
    waiting?.hang();
    slow?.hang();
    registry.addStatusHandler("Idle", () => ({ state: "OK" }), { intervalMs: 1_000 });
    registry.addStatusHandler("Hung", hung!, { intervalMs: 1_000 });
    registry.addStatusHandler("Asked", slow!);
    await clock.advance(20_000);
    registry.addStatusHandler("Waiting", waiting!, { intervalMs: 1_000 });
    void registry.getReport();
    void registry.waitForStatus("Idle", "RED");
    void registry.waitForStatus("Nobody", "OK", { timeoutMs: 60_000 });
    await clock.advance(0);
    expect(clock.pendingTimers).toBeGreaterThanOrEqual(6);
    registry.close();
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(600_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test("marks what it knew as stale, and says what it was", async () => {
    const { clock, registry } = start();
    registry.addStatusHandler("Db", () => ({ state: "OK", detail: "fine" }));
    registry.addStatusHandler("Disk", () => ({ state: "YELLOW" }), { intervalMs: 1_000 });
    const checkedAt = new Date(clock.now());
    await registry.getReport();
    await clock.advance(500);
    registry.close();
    await clock.advance(60_000);
    const { state, entries } = await registry.getReport();
    expect(state).toBe("RED");
    expect(entries).toMatchObject([
      {
        name: "Db",
        status: { state: "RED", detail: "no longer needed: it was OK" },
        reason: "stale",
        checkedAt,
      },
      { name: "Disk", status: { state: "RED", detail: "no longer needed: it was YELLOW" }, reason: "stale" },
    ]);
    expect(entries[0]?.rawStatus).toEqual({ state: "OK", detail: "fine" });
    expect(await registry.getStatus("Db")).toEqual({ state: "RED", detail: "no longer needed: it was OK" });
    expect(await registry.isInState("Db", "RED")).toBe(true);
  });

  test("asks nobody any more, and tells nothing", async () => {
    const { clock, registry } = start();
    const handlers = [createFakeHandler(), createFakeHandler()];
    registry.addStatusHandler("Db", handlers[0]!);
    registry.addStatusHandler("Disk", handlers[1]!, { intervalMs: 1_000 });
    const told: unknown[] = [];
    registry.on("change", (change) => told.push(change));
    await registry.getReport();
    registry.close();
    for (const handler of handlers) handler.report("RED");
    await registry.getReport();
    await clock.advance(60_000);
    expect(handlers.map(({ calls }) => calls)).toEqual([1, 1]);
    expect(told).toEqual([]);
  });

  test("answers those who wait, at once, and aborts what they waited for", async () => {
    const { registry } = start();
    const [asked, first] = [createFakeHandler(), createFakeHandler()];
    asked.hang();
    first.hang();
    registry.addStatusHandler("Asked", asked);
    registry.addStatusHandler("First", first, { intervalMs: 1_000 });
    const report = registry.getReport();
    const signals = [asked, first].map(({ lastContext }) => lastContext?.signal);
    registry.close();
    expect((await report).entries).toMatchObject([
      { name: "Asked", status: { state: "RED", detail: "no longer needed" }, reason: "stale" },
      { name: "First", status: { state: "RED", detail: "no longer needed" }, reason: "stale" },
    ]);
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
    expect(signals[0]?.reason).toMatchObject({ name: "AbortError" });
  });

  test("is not undone by thresholds: a run under way does not bring the old state back", async () => {
    const { registry } = start();
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler, { failAfter: 3 });
    await registry.getReport();
    handler.hang();
    const report = registry.getReport();
    registry.close();
    expect((await report).state).toBe("RED");
    expect((await registry.getReport()).entries).toMatchObject([
      { status: { state: "RED", detail: "no longer needed: it was OK" }, reason: "stale" },
    ]);
  });

  test("is not undone by the change during which it is called", async () => {
    const { registry } = start();
    const handler = createFakeHandler();
    handler.report("RED");
    registry.addStatusHandler("Db", handler);
    await registry.getReport();
    registry.on("change", () => registry.close());
    handler.report("OK");
    await registry.getReport();
    expect((await registry.getReport()).entries).toMatchObject([
      { status: { state: "RED", detail: "no longer needed: it was OK" }, reason: "stale" },
    ]);
  });

  test("is not undone by the handler that calls it", async () => {
    const { registry } = start();
    registry.addStatusHandler("Last", () => {
      registry.close();
      return { state: "OK" };
    });
    expect((await registry.getReport()).state).toBe("RED");
    expect(await entryOf(registry, "Last")).toMatchObject({ reason: "stale" });
  });

  test("may be called twice", async () => {
    const { clock, registry } = start();
    registry.addStatusHandler("Db", () => ({ state: "YELLOW" }), { intervalMs: 1_000 });
    await clock.advance(0);
    registry.close();
    const once = await registry.getReport();
    registry.close();
    expect(await registry.getReport()).toEqual(once);
  });

  test("lets handlers be added and removed afterwards, and asks none of them", async () => {
    const { clock, registry } = start();
    registry.close();
    const [onDemand, background] = [createFakeHandler(), createFakeHandler()];
    registry.addStatusHandler("OnDemand", onDemand);
    registry.addStatusHandler("Background", background, { intervalMs: 1_000 });
    await clock.advance(10_000);
    expect((await registry.getReport()).entries).toMatchObject([
      { name: "OnDemand", status: { state: "RED", detail: "no longer needed" }, reason: "stale" },
      { name: "Background", status: { state: "RED", detail: "no longer needed" }, reason: "stale" },
    ]);
    expect(await registry.getReport()).toMatchObject({ state: "RED" });
    expect([onDemand.calls, background.calls, clock.pendingTimers]).toEqual([0, 0, 0]);
    expect(registry.removeStatusHandler("OnDemand")).toBe(true);
    expect(registry.names).toEqual(["Background"]);
  });

  test("replaces a handler afterwards without a word", async () => {
    const { registry } = start();
    registry.addStatusHandler("Db", () => ({ state: "OK" }));
    await registry.getReport();
    registry.close();
    const told: unknown[] = [];
    registry.on("change", (change) => told.push(change));
    registry.addStatusHandler("Db", () => ({ state: "OK" }));
    expect((await registry.getReport()).state).toBe("RED");
    expect(told).toEqual([]);
  });

  test.each([
    ["OK", false],
    ["YELLOW", false],
    ["RED", true],
  ] as const)("ends waitForStatus(%s) with %s: everything is RED from now on", async (state, expected) => {
    const { clock, registry } = start();
    const handler = createFakeHandler();
    handler.report(state === "RED" ? "OK" : "RED");
    registry.addStatusHandler("Db", handler);
    const pausing = registry.waitForStatus("Db", state);
    await clock.advance(2_500);
    handler.hang();
    await clock.advance(1_000);
    const asking = registry.waitForStatus("Db", state, { timeoutMs: 3_600_000 });
    await clock.advance(0);
    registry.close();
    expect(clock.pendingTimers).toBe(0);
    expect(await Promise.all([pausing, asking])).toEqual([expected, expected]);
    expect(await registry.waitForStatus("Db", state)).toBe(expected);
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends the wait for an unknown name as throwOnUnknown says", async () => {
    const { clock, registry } = start();
    const patient = registry.waitForStatus("Nobody", "OK");
    await clock.advance(2_500);
    registry.close();
    expect(await patient).toBe(false);
    expect(await registry.waitForStatus("Nobody", "OK")).toBe(false);
    await expect(registry.waitForStatus("Nobody", "OK", { throwOnUnknown: true })).rejects.toMatchObject({
      code: "ERR_UNKNOWN_HANDLER",
    });
  });

  test("is what `using` calls", async () => {
    const { clock, registry } = start();
    registry.addStatusHandler("Db", () => ({ state: "OK" }), { intervalMs: 1_000 });
    await clock.advance(0);
    registry[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
    expect(await entryOf(registry, "Db")).toMatchObject({ reason: "stale" });
  });
});

describe("removeStatusHandler()", () => {
  test("aborts the run under way, with a reason", async () => {
    const { clock, registry } = start();
    const handler = createFakeHandler();
    handler.hang();
    registry.addStatusHandler("Db", handler);
    const report = registry.getReport();
    const { signal } = handler.lastContext ?? {};
    expect(signal?.aborted).toBe(false);
    expect(registry.removeStatusHandler("Db")).toBe(true);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toMatchObject({ name: "AbortError", message: "the status handler was removed" });
    expect((await report).entries).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect(registry.removeStatusHandler("Db")).toBe(false);
  });

  test("gives a signal that is aborted to a handler which looks at it only then", async () => {
    const { registry } = start();
    const handler = createFakeHandler();
    handler.hang();
    registry.addStatusHandler("Db", handler);
    void registry.getReport();
    registry.removeStatusHandler("Db");
    expect(handler.lastContext?.signal.aborted).toBe(true);
  });

  test("rejects who waits for its status", async () => {
    const { registry } = start();
    const handler = createFakeHandler();
    handler.hang();
    registry.addStatusHandler("Db", handler);
    const status = registry.getStatus("Db");
    registry.removeStatusHandler("Db");
    await expect(status).rejects.toMatchObject({ code: "ERR_UNKNOWN_HANDLER", handlerName: "Db" });
  });

  test("ends the background work of the handler, and of one that is replaced", async () => {
    const { clock, registry } = start();
    const [removed, replaced] = [createFakeHandler(), createFakeHandler()];
    registry.addStatusHandler("Removed", removed, { intervalMs: 1_000 });
    registry.addStatusHandler("Replaced", replaced, { intervalMs: 1_000 });
    await clock.advance(2_500);
    registry.removeStatusHandler("Removed");
    registry.addStatusHandler("Replaced", () => ({ state: "OK" }));
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(60_000);
    expect([removed.calls, replaced.calls]).toEqual([3, 3]);
  });

  test("lets a handler remove itself, or take its own place, while it is asked", async () => {
    const { registry } = start();
    const calls = { once: 0, again: 0 };
    registry.addStatusHandler("Once", () => {
      calls.once += 1;
      registry.removeStatusHandler("Once");
      return { state: "OK" };
    });
    registry.addStatusHandler("Again", function again() {
      calls.again += 1;
      registry.removeStatusHandler("Again");
      registry.addStatusHandler("Again", again);
      return { state: "OK" };
    });
    await registry.getReport();
    expect(registry.names).toEqual(["Again"]);
    // Each successor is asked in its turn, but not for ever.
    expect(calls).toEqual({ once: 1, again: 10 });
  });
});
