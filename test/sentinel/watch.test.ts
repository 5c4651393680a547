import { describe, expect, test } from "vitest";
import { watchMainThread } from "../../src/sentinel/watch.ts";

function createWorld() {
  const counters = { beats: 7, roundAt: 990_000 };
  let now = 1_000_000;
  const watch = watchMainThread({ counters, monotonicNow: () => now });
  return {
    watch,
    counters,
    pass(ms: number) {
      now += ms;
      watch.look();
    },
  };
}

test("the silence of the main thread lasts from beat to beat", () => {
  const { watch, counters, pass } = createWorld();
  for (let look = 0; look < 40; look += 1) pass(100);
  expect(watch.silenceMs).toBe(4_000);
  counters.beats += 1;
  pass(100);
  expect(watch.silenceMs).toBe(0);
});

describe("the age of the report", () => {
  test("is the time since the last round ended, also for a thread that has begun after it", () => {
    const { watch, counters, pass } = createWorld();
    expect(watch.reportAgeMs).toBe(10_000);
    counters.roundAt = 1_000_000;
    expect(watch.reportAgeMs).toBe(0);
    for (let look = 0; look < 25; look += 1) pass(100);
    expect(watch.reportAgeMs).toBe(2_500);
  });

  test("is real time: what is shown got older while the process stood still", () => {
    const { watch, pass } = createWorld();
    pass(60_000);
    expect([watch.reportAgeMs, watch.silenceMs]).toEqual([70_000, 200]);
  });
});
