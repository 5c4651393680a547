import { describe, expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

const HOUR = 3_600_000;

/** Requests once a second, for so long. */
async function askEachSecond(registry: StatusRegistry, clock: FakeClock, forMs: number): Promise<void> {
  for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 1_000) {
    void registry.getReport();
    await clock.advance(1_000);
  }
}

/** Asks once a second, and says after how many milliseconds the answer was OK for the first time. */
async function measureRecovery(registry: StatusRegistry, clock: FakeClock): Promise<number> {
  const from = clock.monotonicNow();
  let seenAt: number | undefined;
  while (seenAt === undefined && clock.monotonicNow() - from < HOUR) {
    void registry.getReport().then(({ state, at }) => {
      if (state === "OK") seenAt ??= at.getTime();
    });
    await clock.advance(1_000);
  }
  return (seenAt ?? Number.POSITIVE_INFINITY) - (clock.now() - clock.monotonicNow()) - from;
}

const TIMEOUTS = [1, 50, 1_000, 5_000, 30_000, 60_000] as const;

describe("a handler that never settles", { timeout: 60_000 }, () => {
  test.each([1, 5_000, 60_000])(
    "costs at most 1,500 calls in 24 hours of requests, at a deadline of %d ms",
    async (ms) => {
      const clock = createFakeClock();
      const registry = createStatusRegistry({ clock });
      const never = createFakeHandler();
      never.hang();
      registry.addStatusHandler("Never", never, { timeoutMs: ms });
      await askEachSecond(registry, clock, 24 * HOUR);
      expect(never.pending).toBeGreaterThan(1_000);
      expect(never.pending).toBeLessThanOrEqual(1_500);
    },
  );

  test.each(TIMEOUTS)(
    "costs at most 1,500 calls in 24 hours in the background, at %d ms",
    async (timeoutMs) => {
      const clock = createFakeClock();
      const registry = createStatusRegistry({ clock });
      const never = createFakeHandler();
      never.hang();
      registry.addStatusHandler("Never", never, { timeoutMs, intervalMs: 1_000 });
      await clock.advance(24 * HOUR);
      expect(never.pending).toBeGreaterThan(700);
      expect(never.pending).toBeLessThanOrEqual(1_500);
      registry.close();
      expect(clock.pendingTimers).toBe(0);
    },
  );

  test("is RED all the time, and says whether it was called", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const never = createFakeHandler();
    never.hang();
    registry.addStatusHandler("Never", never, { timeoutMs: 2_000 });
    const first = registry.getReport();
    await clock.advance(2_000);
    expect((await first).entries[0]).toMatchObject({
      status: { state: "RED", detail: "timed out after 2000 ms" },
      reason: "timeout",
      durationMs: 2_000,
    });
    expect((await registry.getReport()).entries[0]).toMatchObject({
      status: { state: "RED", detail: "has not answered for 2 s (timed out after 2000 ms)" },
      reason: "hung",
      durationMs: 2_000,
    });
    expect(never.calls).toBe(1);
    await clock.advance(2_000);
    const again = registry.getReport();
    await clock.advance(2_000);
    expect((await again).entries[0]).toMatchObject({
      status: { state: "RED", detail: "has not answered for 6 s (timed out after 2000 ms)" },
      reason: "timeout",
      durationMs: 2_000,
    });
    expect(never.calls).toBe(2);
  });

  test("is called again after 2, 3, 5 … deadlines, and then once in 60 s", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const callsAt: number[] = [];
    registry.addStatusHandler(
      "Never",
      () => {
        callsAt.push(clock.monotonicNow() / 1_000);
        return new Promise(() => {});
      },
      { timeoutMs: 2_000 },
    );
    await askEachSecond(registry, clock, 300_000);
    const pauses = callsAt.slice(1).map((at, index) => at - (callsAt[index] ?? 0));
    expect(pauses).toEqual([4, 6, 10, 18, 34, 60, 60, 60]);
  });
});

describe("a handler that comes back", { timeout: 60_000 }, () => {
  test.each(TIMEOUTS)(
    "is seen OK within 61 s, whenever that is, at a deadline of %d ms",
    async (timeoutMs) => {
      let worst = 0;
      for (let hungForMs = 1_000; hungForMs <= 400_000; hungForMs += 7_000) {
        const clock = createFakeClock();
        const registry = createStatusRegistry({ clock });
        let isBack = false;
        // Calls that hung stay so: only a new call can find out.
        const handler = () => (isBack ? { state: "OK" as const } : new Promise<never>(() => {}));
        registry.addStatusHandler("Back", handler, { timeoutMs });
        await askEachSecond(registry, clock, hungForMs);
        isBack = true;
        worst = Math.max(worst, await measureRecovery(registry, clock));
      }
      expect(worst).toBeGreaterThan(30_000); // there was something to see
      expect(worst).toBeLessThanOrEqual(61_000);
    },
  );

  test.each([1_000, 10_000])(
    "is seen OK within 60 s and one interval of %d ms in the background",
    async (ms) => {
      let worst = 0;
      for (let hungForMs = 1_000; hungForMs <= 400_000; hungForMs += 7_000) {
        const clock = Object.assign(createFakeClock(), { random: () => 0.999_999 }); // the longest interval
        const registry = createStatusRegistry({ clock });
        let isBack = false;
        const handler = () => (isBack ? { state: "OK" as const } : new Promise<never>(() => {}));
        registry.addStatusHandler("Back", handler, { intervalMs: ms });
        await clock.advance(hungForMs);
        isBack = true;
        await clock.advance(80_000);
        const [{ at } = { at: new Date(0) }] = registry.history("Back").filter(({ to }) => to === "OK");
        worst = Math.max(worst, 80_000 - (clock.now() - at.getTime()));
        expect((await registry.getReport()).state).toBe("OK");
        registry.close();
      }
      expect(worst).toBeGreaterThan(50_000);
      expect(worst).toBeLessThanOrEqual(60_000 + 1.1 * ms);
    },
  );

  test("is asked at once when a hung call settles late, and the late answer is dropped", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const handler = createFakeHandler();
    handler.hang();
    registry.addStatusHandler("Late", handler, { timeoutMs: 1_000 });
    await askEachSecond(registry, clock, 120_000);
    const callsWhileHung = handler.calls;
    handler.report("YELLOW", { detail: "of long ago" });
    handler.release();
    await clock.advance(0);
    handler.report("OK");
    expect((await registry.getReport()).state).toBe("OK");
    expect(handler.calls).toBe(callsWhileHung + 1);
    expect(handler.pending).toBe(0);
    expect(registry.history("Late").map(({ to }) => to)).toEqual(["RED", "OK"]);
  });

  test("is aborted when it is removed, even after an older call of it has settled late", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const settle: (() => void)[] = [];
    const signals: AbortSignal[] = [];
    registry.addStatusHandler(
      "Late",
      ({ signal }) => {
        signals.push(signal);
        return new Promise((resolve) => void settle.push(() => resolve({ state: "OK" })));
      },
      { timeoutMs: 1_000 },
    );
    await askEachSecond(registry, clock, 2_000);
    const report = registry.getReport();
    expect(settle).toHaveLength(2);
    settle[0]?.();
    await clock.advance(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    registry.removeStatusHandler("Late");
    expect(signals[1]?.aborted).toBe(true);
    expect((await report).entries).toEqual([]);
  });

  test("needs no patience when its deadline is longer than 60 s: each call has its full time", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const never = createFakeHandler();
    never.hang();
    registry.addStatusHandler("Slow", never, { timeoutMs: 90_000 });
    await askEachSecond(registry, clock, 900_000);
    expect(never.calls).toBe(10);
  });
});
