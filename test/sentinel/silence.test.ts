import { describe, expect, test } from "vitest";
import { BEAT_MS } from "../../src/sentinel/counters.ts";
import { listenForSilence, type Silence } from "../../src/sentinel/silence.ts";

interface World {
  readonly silence: Silence;
  /** Lets so many looks pass, a beat apart; the other thread counts meanwhile or not. */
  pass(looks: number, isCounting: boolean): void;
  /** Time goes on, and neither thread sees it. */
  freeze(ms: number): void;
}

function createWorld(): World {
  let count = 7;
  let now = 1_000_000;
  const silence = listenForSilence({ getCount: () => count, monotonicNow: () => now });
  return {
    silence,
    pass(looks, isCounting) {
      for (let look = 0; look < looks; look += 1) {
        now += BEAT_MS;
        if (isCounting) count += 1;
        silence.look();
      }
    },
    freeze: (ms) => {
      now += ms;
    },
  };
}

describe("the silence of another thread", () => {
  test("is none while it counts", () => {
    const { silence, pass } = createWorld();
    pass(100, true);
    expect(silence.ms).toBe(0);
  });

  test("is as long as this one has seen no sign of life", () => {
    const { silence, pass } = createWorld();
    pass(5, true);
    pass(40, false);
    expect(silence.ms).toBe(4_000);
  });

  test("ends with the first sign", () => {
    const { silence, pass } = createWorld();
    pass(40, false);
    pass(1, true);
    expect(silence.ms).toBe(0);
  });

  test("does not grow while the whole process or the machine stood still", () => {
    const { silence, pass, freeze } = createWorld();
    pass(10, false);
    freeze(24 * 3_600_000);
    pass(1, false);
    expect(silence.ms).toBe(10 * BEAT_MS + 2 * BEAT_MS);
  });

  test("counts what a late look has missed, up to one beat", () => {
    const { silence, pass, freeze } = createWorld();
    freeze(0.5 * BEAT_MS);
    pass(1, false);
    expect(silence.ms).toBe(1.5 * BEAT_MS);
  });

  test("ends where the counter goes round", () => {
    let count = 2 ** 31 - 1;
    let now = 0;
    const silence = listenForSilence({ getCount: () => count, monotonicNow: () => now });
    now = BEAT_MS;
    silence.look();
    expect(silence.ms).toBe(BEAT_MS);
    count = -(2 ** 31);
    silence.look();
    expect(silence.ms).toBe(0);
  });
});
