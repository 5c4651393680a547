import { describe, expect, test } from "vitest";
import { BEAT_MS } from "../../src/sentinel/counters.ts";
import { type Watch, watchMainThread } from "../../src/sentinel/watch.ts";

interface World {
  readonly watch: Watch;
  /** Lets so many looks pass, a beat apart; the main thread beats meanwhile or not. */
  pass(looks: number, isBeating: boolean): void;
  /** Time goes on, and neither thread sees it. */
  freeze(ms: number): void;
  endRound(): void;
}

function createWorld(): World {
  let now = 1_000_000;
  const counters = { beats: 7, roundAt: now };
  const watch = watchMainThread({ counters, monotonicNow: () => now });
  return {
    watch,
    pass(looks, isBeating) {
      for (let look = 0; look < looks; look += 1) {
        now += BEAT_MS;
        if (isBeating) counters.beats += 1;
        watch.look();
      }
    },
    freeze: (ms) => {
      now += ms;
    },
    endRound: () => {
      counters.roundAt = now;
    },
  };
}

describe("the silence of the main thread", () => {
  test("is none while it beats", () => {
    const { watch, pass } = createWorld();
    pass(100, true);
    expect(watch.silenceMs).toBe(0);
  });

  test("is as long as the sentinel has seen no beat", () => {
    const { watch, pass } = createWorld();
    pass(5, true);
    pass(40, false);
    expect(watch.silenceMs).toBe(4_000);
  });

  test("ends with the first beat", () => {
    const { watch, pass } = createWorld();
    pass(40, false);
    pass(1, true);
    expect(watch.silenceMs).toBe(0);
  });

  test("does not grow while the whole process or the machine stood still", () => {
    const { watch, pass, freeze } = createWorld();
    pass(10, false);
    freeze(24 * 3_600_000);
    pass(1, false);
    expect(watch.silenceMs).toBe(10 * BEAT_MS + 2 * BEAT_MS);
  });

  test("counts what a late look has missed, up to one beat", () => {
    const { watch, pass, freeze } = createWorld();
    freeze(0.5 * BEAT_MS);
    pass(1, false);
    expect(watch.silenceMs).toBe(1.5 * BEAT_MS);
  });

  test("is seen where the counter goes round", () => {
    const counters = { beats: 2 ** 31 - 1, roundAt: 0 };
    const watch = watchMainThread({ counters, monotonicNow: () => 0 });
    counters.beats = -(2 ** 31);
    watch.look();
    expect(watch.silenceMs).toBe(0);
  });
});

describe("the age of the report", () => {
  test("is the time since the last round ended", () => {
    const { watch, pass, endRound } = createWorld();
    pass(10, true);
    endRound();
    expect(watch.reportAgeMs).toBe(0);
    pass(25, true);
    expect(watch.reportAgeMs).toBe(2_500);
  });

  test("is that of the report also for a thread that has begun after it", () => {
    const counters = { beats: 7, roundAt: 990_000 };
    expect(watchMainThread({ counters, monotonicNow: () => 1_000_000 }).reportAgeMs).toBe(10_000);
  });

  test("is real time: what is shown got older while the process stood still", () => {
    const { watch, freeze } = createWorld();
    freeze(60_000);
    expect(watch.reportAgeMs).toBe(60_000);
  });
});
