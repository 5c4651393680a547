import { describe, expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { FEED_LIMITS } from "../../src/fleet/page/events.ts";
import {
  type Axes,
  MAX_POINTS,
  type Run,
  readHandlerAxes,
  readServiceAxes,
  toTurns,
} from "../../src/fleet/read/axes.ts";
import {
  createTurnsCache,
  MAX_PAST_TURNS,
  MAX_TURNS,
  TURNS_LIFETIME_MS,
} from "../../src/fleet/read-turns.ts";
import { READ_LIMITS } from "../../src/fleet/views.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createDeferred } from "../support/deferred.ts";
import { serveText } from "../support/serve-text.ts";

const STEP_MS = 1_000;

/** A run of steps with the same worst state. */
function toRun(first: number, last: number, mark: Run["mark"]): Run {
  return { first, last, since: first, mark };
}

describe("the turns of a service", () => {
  test("are its changes, and unknown where points are missing", () => {
    const runs = [
      toRun(6_000, 6_000, "RED"),
      toRun(7_000, 7_000, "YELLOW"),
      toRun(1_000, 2_000, "OK"),
      toRun(3_000, 3_000, "RED"),
    ];
    expect(toTurns(runs, STEP_MS, 9_000)).toEqual([
      { at: 1_000, mark: "OK" },
      { at: 3_000, mark: "RED" },
      { at: 4_000, mark: "unknown" },
      { at: 6_000, mark: "RED" },
      { at: 7_000, mark: "YELLOW" },
      { at: 8_000, mark: "unknown" },
    ]);
    expect(toTurns([], STEP_MS, 1_000)).toEqual([]);
    expect(toTurns([toRun(1_000, 1_000, "unknown")], STEP_MS, 1_000)).toEqual([
      { at: 1_000, mark: "unknown" },
    ]);
  });

  test("are exact if the starts of the states are known, even for a state that is shorter than a step", () => {
    const runs: readonly Run[] = [
      { first: 1_000, last: 1_000, since: -5_000, mark: "OK" },
      // OK until 1.2, RED until 1.3, then OK, in any order.
      { first: 2_000, last: 3_000, since: 1_300, mark: "OK" },
      { first: 2_000, last: 2_000, since: 1_200, mark: "RED" },
      // Without evaluations for two steps; the state is the same before and after.
      { first: 6_000, last: 7_000, since: 1_300, mark: "OK" },
      // RED at the end of a step, and longer.
      { first: 7_000, last: 8_000, since: 6_900, mark: "RED" },
    ];
    expect(toTurns(runs, STEP_MS, 8_000)).toEqual([
      { at: 0, mark: "OK" },
      { at: 1_200, mark: "RED" },
      { at: 1_300, mark: "OK" },
      { at: 3_000, mark: "unknown" },
      { at: 5_000, mark: "OK" },
      { at: 6_900, mark: "RED" },
    ]);
  });

  test.each([
    [5, 60],
    [20, 60],
    [50, 150],
    [100, 300],
    [500, 300],
    [10_000, 3_600],
    [1_000_000, 3_600],
  ])("of %i services have a point each %i s, which bounds the answer", async (count, expected) => {
    let asked = new URLSearchParams();
    const [redS, okS] = [expected / 2, expected / 3];
    const metric = { job: "orders", namespace: "shop" };
    const url = await serveText((body) => {
      asked = new URLSearchParams(body);
      const end = Number(asked.get("end"));
      // RED for a part of the last step.
      const result = [
        { metric: { ...metric, state: "0" }, values: [[end - 3_600, "10"], [end, `${end - okS}`], "x"] },
        {
          metric: { ...metric, state: "2" },
          values: [
            [end, `${end - redS - 0.5}`],
            [0, "NaN"],
          ],
        },
        "x",
      ];
      return JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
    });
    const prometheus = { url, timeoutMs: 5_000, maxAnswerBytes: 10_000, toCredentials: () => ({}) };
    const endMs = 86_400_000;
    const to = new Date(endMs);
    const signal = new AbortController().signal;
    const axes = await readServiceAxes(
      { ...DEFAULT_LABELS, prometheus, selector: {} },
      { from: new Date(0), to, count, signal },
    );
    const stepMs = 1_000 * expected;
    expect([...axes]).toEqual([
      [
        '[{"namespace":"shop"},"orders"]',
        [
          { at: endMs - 3_600_000 - stepMs, mark: "OK" },
          ...(stepMs < 3_600_000 ? [{ at: endMs - 3_600_000, mark: "unknown" }] : []),
          { at: endMs - 1_000 * redS, mark: "RED" },
          { at: endMs - 1_000 * okS, mark: "OK" },
        ],
      ],
    ]);
    const starts = "service:svc_status_since_timestamp_seconds:max{}";
    expect(asked.get("query")).toBe(
      `max_over_time(${starts}[${expected}s])${expected < 300 ? ` or ${starts}` : ""}`,
    );
    expect(Number(asked.get("step"))).toBe(expected);
    expect((count * 86_400) / Number(asked.get("step"))).toBeLessThan(MAX_POINTS * 150);
  });

  test("show two failures of a minute within five minutes", async () => {
    const MINUTE_S = 60;
    const startsOf = { "0": [0, 611, 791], "2": [551, 731] };
    const stateAt = (at: number): string => ((at >= 551 && at < 611) || (at >= 731 && at < 791) ? "2" : "0");
    /** What the rules record each 15 s: the start of the present state. */
    const toSamples = (state: "0" | "2") =>
      Array.from({ length: 80 }, (_, index) => 15 * index + 11)
        .filter((at) => stateAt(at) === state)
        .map((at) => ({ at, start: startsOf[state].findLast((start) => start <= at) ?? 0 }));
    const url = await serveText((body) => {
      const end = Number(new URLSearchParams(body).get("end"));
      const points = Array.from({ length: 20 }, (_, index) => end - MINUTE_S * (19 - index));
      const result = (["0", "2"] as const).map((state) => ({
        metric: { job: "orders", state },
        values: points.flatMap((at) => {
          const within = toSamples(state).filter((one) => one.at > at - MINUTE_S && one.at <= at);
          return within.length === 0 ? [] : [[at, `${Math.max(...within.map(({ start }) => start))}`]];
        }),
      }));
      return JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
    });
    const prometheus = { url, timeoutMs: 5_000, maxAnswerBytes: 100_000, toCredentials: () => ({}) };
    const axes = await readServiceAxes(
      { ...DEFAULT_LABELS, prometheus, selector: {} },
      { from: new Date(0), to: new Date(1_200_000), count: 1, signal: new AbortController().signal },
    );
    expect(axes.get('[{},"orders"]')).toEqual([
      { at: 0, mark: "OK" },
      { at: 551_000, mark: "RED" },
      { at: 611_000, mark: "OK" },
      { at: 731_000, mark: "RED" },
      { at: 791_000, mark: "OK" },
    ]);
  });

  test.each([
    [10, 60],
    [1_000, 432],
  ])("of %i handlers have the worst state of each %i s", async (count, stepS) => {
    let asked = new URLSearchParams();
    const url = await serveText((body) => {
      asked = new URLSearchParams(body);
      const result = [{ metric: { job: "orders", name: "Database" }, values: [[86_400, "2"]] }];
      return JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
    });
    const prometheus = { url, timeoutMs: 5_000, maxAnswerBytes: 10_000, toCredentials: () => ({}) };
    const { signal } = new AbortController();
    const axes = await readHandlerAxes(
      { ...DEFAULT_LABELS, prometheus, selector: { job: "orders" } },
      { from: new Date(1_000 * stepS - 1), to: new Date(86_400_000 + 1_000 * stepS - 1), count, signal },
    );
    expect([...axes]).toEqual([['[{},"orders"] Database', [{ at: 86_400_000, mark: "RED" }]]]);
    expect(Number(asked.get("step"))).toBe(stepS);
    // Whole steps, so that the changes have the same times at each moment.
    expect(asked.get("end")).toBe("86400");
    expect(Number(asked.get("start")) / stepS).toSatisfy(Number.isInteger);
    const state = 'handler:svc_status_state:max{job="orders"}';
    expect(asked.get("query")).toBe(
      `max by (cluster, namespace, environment, job, name) (max_over_time(${state}[${stepS}s])${stepS < 300 ? ` or ${state}` : ""})`,
    );
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
    await Promise.all([cache.read("", "client", load), cache.read("", "client", load)]);
    expect(reads).toBe(1);
    await clock.advance(TURNS_LIFETIME_MS);
    expect(await cache.read("", "client", load)).toEqual({ axes });
    expect(reads).toBe(2);
    for (let number = 0; number < MAX_TURNS; number += 1) await cache.read(`${number}`, "client", load);
    await cache.read("", "client", load);
    expect(reads).toBe(2 + MAX_TURNS + 1);
    cache.close();
  });

  test("lets no page wait, and keeps the last ones if Prometheus fails", async () => {
    const clock = createFakeClock();
    const cache = createTurnsCache(clock);
    const hanging = createDeferred<Axes>();
    const first = cache.read("", "client", () => hanging.promise);
    await clock.advance(1_000);
    expect((await first).axes.size).toBe(0);
    hanging.resolve(axes);
    await hanging.promise;
    const fail = () => Promise.reject(new Error("no"));
    expect(await cache.read("", "client", fail)).toEqual({ axes });
    await clock.advance(TURNS_LIFETIME_MS);
    expect(await cache.read("", "client", fail)).toEqual({ axes, problem: "no" });
    cache.close();
  });

  test("holds the axes of all feeds, and those that are read, at the same time", async () => {
    expect(MAX_TURNS).toBeGreaterThan(FEED_LIMITS.total);
    expect(MAX_PAST_TURNS).toBeGreaterThan(READ_LIMITS.total);
    const cache = createTurnsCache(createFakeClock(), MAX_PAST_TURNS);
    let reads = 0;
    const load = async (): Promise<Axes> => {
      reads += 1;
      return axes;
    };
    for (let number = 0; number <= MAX_PAST_TURNS; number += 1) await cache.read(`${number}`, "client", load);
    await cache.read("1", "client", load);
    expect(reads).toBe(1 + MAX_PAST_TURNS);
    await cache.read("0", "client", load);
    expect(reads).toBe(2 + MAX_PAST_TURNS);
    cache.close();
  });

  test("removes the axes that nobody has read for the longest time", async () => {
    const cache = createTurnsCache(createFakeClock());
    const asked: string[] = [];
    const read = (key: string) =>
      cache.read(key, "client", async () => {
        asked.push(key);
        return axes;
      });
    await read("now");
    for (let number = 0; number < 2 * MAX_TURNS; number += 1) {
      await read(`${number}`);
      await read("now");
    }
    expect(asked.filter((key) => key === "now")).toHaveLength(1);
    cache.close();
  });

  test("leaves queries for other clients if one reads many axes of a slow Prometheus", async () => {
    const cache = createTurnsCache(createFakeClock());
    const hanging = createDeferred<Axes>();
    let queries = 0;
    const load = () => {
      queries += 1;
      return hanging.promise;
    };
    const open = (client: string, count: number) =>
      Array.from({ length: count }, (_, number) => cache.read(`${client} ${number}`, client, load));
    const readings = open("busy", READ_LIMITS.freeForAll);
    expect(await open("busy", READ_LIMITS.freeForAll + 1).at(-1)).toEqual({
      axes: new Map(),
      problem: "too many axes were requested at once",
    });
    readings.push(...open("other", READ_LIMITS.share));
    await open("third", 1)[0];
    expect(queries).toBe(READ_LIMITS.total);
    hanging.resolve(axes);
    for (const each of await Promise.all(readings)) expect(each).toEqual({ axes });
    await cache.read("after", "busy", load);
    expect(queries).toBe(READ_LIMITS.total + 1);
    cache.close();
  });
});
