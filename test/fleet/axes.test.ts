import { describe, expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { type Axes, MAX_POINTS, readServiceAxes, toTurns } from "../../src/fleet/read/axes.ts";
import { createTurnsCache, MAX_TURNS, TURNS_LIFETIME_MS } from "../../src/fleet/read-turns.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createDeferred } from "../support/deferred.ts";
import { serveText } from "../support/serve-text.ts";

const STEP_MS = 1_000;

describe("the turns of a service", () => {
  test("are its changes, and unknown where samples are missing", () => {
    const values = [
      [1_000, 0],
      [2_000, 0],
      [3_000, 2],
      [6_000, 2],
      [7_000, 1],
    ] as const;
    expect(toTurns(values, STEP_MS, new Date(9_000))).toEqual([
      { at: 1_000, mark: "OK" },
      { at: 3_000, mark: "RED" },
      { at: 4_000, mark: "unknown" },
      { at: 6_000, mark: "RED" },
      { at: 7_000, mark: "YELLOW" },
      { at: 8_000, mark: "unknown" },
    ]);
    expect(toTurns([], STEP_MS, new Date())).toEqual([]);
    expect(toTurns([[1_000, 7]], STEP_MS, new Date(1_000))).toEqual([{ at: 1_000, mark: "unknown" }]);
  });

  test.each([
    [5, 300],
    [10_000, 3_600],
    [1_000_000, 3_600],
  ])("of %i services have a point each %i s, which bounds the answer", async (count, expected) => {
    let asked = new URLSearchParams();
    const metric = { job: "orders", namespace: "shop" };
    const url = await serveText((body) => {
      asked = new URLSearchParams(body);
      const result = [{ metric, values: [[Number(asked.get("end")), "2"], [0, "NaN"], "x"] }, "x"];
      return JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
    });
    const prometheus = { url, timeoutMs: 5_000, maxAnswerBytes: 10_000, toCredentials: () => ({}) };
    const to = new Date(86_400_000);
    const signal = new AbortController().signal;
    const axes = await readServiceAxes(
      { ...DEFAULT_LABELS, prometheus, selector: {} },
      { to, count, signal },
    );
    expect([...axes]).toEqual([['[{"namespace":"shop"},"orders"]', [{ at: 86_400_000, mark: "RED" }]]]);
    expect(Number(asked.get("step"))).toBe(expected);
    expect((count * 86_400) / Number(asked.get("step"))).toBeLessThan(MAX_POINTS * 150);
  });
});

describe("the cache of the turns", () => {
  const axes: Axes = new Map([["orders", []]]);

  test("reads once for all readers, again when they are old, and keeps a bounded number", async () => {
    const clock = createFakeClock();
    const cache = createTurnsCache(clock);
    let reads = 0;
    const load = async (): Promise<Axes> => {
      reads += 1;
      return axes;
    };
    await Promise.all([cache.read("", load), cache.read("", load)]);
    expect(reads).toBe(1);
    await clock.advance(TURNS_LIFETIME_MS);
    expect(await cache.read("", load)).toBe(axes);
    expect(reads).toBe(2);
    for (let number = 0; number < MAX_TURNS; number += 1) await cache.read(`${number}`, load);
    await cache.read("", load);
    expect(reads).toBe(2 + MAX_TURNS + 1);
    cache.close();
  });

  test("lets no page wait, and keeps the last ones if Prometheus fails", async () => {
    const clock = createFakeClock();
    const cache = createTurnsCache(clock);
    const hanging = createDeferred<Axes>();
    const first = cache.read("", () => hanging.promise);
    await clock.advance(1_000);
    expect((await first).size).toBe(0);
    hanging.resolve(axes);
    await hanging.promise;
    expect(await cache.read("", () => Promise.reject(new Error("no")))).toBe(axes);
    await clock.advance(TURNS_LIFETIME_MS);
    expect(await cache.read("", () => Promise.reject(new Error("no")))).toBe(axes);
    cache.close();
  });
});
