import { describe, expect, test } from "vitest";
import {
  type Background,
  type BackgroundOptions,
  JITTER,
  toMaxResultAgeMs,
  withBackground,
} from "../../../src/core/pipeline/background.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";
import type { Clock } from "../../../src/util/clock.ts";

/** Handlers are numbered calls here: the answer to the third is 3. */
interface Setup {
  readonly clock: FakeClock;
  readonly background: Background<number | string>;
  /** When each call began, in milliseconds since the start. */
  readonly callsAt: readonly number[];
  readonly overlaps: () => number;
}

function start({
  takesMs = 0,
  clock = createFakeClock(),
  ...options
}: Partial<BackgroundOptions<number | string>> & { takesMs?: number; clock?: FakeClock } = {}): Setup {
  const callsAt: number[] = [];
  let running = 0;
  let overlaps = 0;

  function ask(): number | Promise<number> {
    const answer = callsAt.push(clock.monotonicNow());
    if (takesMs === 0) return answer;
    running += 1;
    if (running > 1) overlaps += 1;
    return new Promise((resolve) => {
      clock.startTimer(takesMs, () => {
        running -= 1;
        resolve(answer);
      });
    });
  }

  const background = withBackground<number | string>(ask, {
    intervalMs: 10_000,
    timeoutMs: 5_000,
    clock,
    toStale: (answer, ageMs) => `${answer} is ${ageMs} ms old`,
    ...options,
  });
  return { clock, background, callsAt, overlaps: () => overlaps };
}

/** A clock whose background timers never fire, as in a process that was frozen. */
function createFrozenClock(): FakeClock {
  const clock = createFakeClock();
  const { startTimer } = clock;
  return Object.assign(clock, {
    startTimer: ((delayMs, run, { background = false } = {}) =>
      background ? () => {} : startTimer(delayMs, run)) satisfies Clock["startTimer"],
  });
}

describe("withBackground", () => {
  test("asks at registration, but after the lines that follow it", async () => {
    const { callsAt } = start();
    expect(callsAt).toEqual([]);
    await Promise.resolve();
    expect(callsAt).toEqual([0]);
  });

  test("does not ask a second time for a request in the same tick", async () => {
    const { clock, background, callsAt } = start();
    expect(background.run()).toBe(1);
    await clock.advance(0);
    expect(callsAt).toEqual([0]);
  });

  test("lets requests before the first answer wait for it, all for the same run", async () => {
    const { clock, background, callsAt } = start({ takesMs: 3_000 });
    const answers = [background.run(), background.run()];
    await clock.advance(1_000);
    answers.push(background.run());
    await clock.advance(2_000);
    expect(await Promise.all(answers)).toEqual([1, 1, 1]);
    expect(callsAt).toEqual([0]);
  });

  test("answers at once from the last run, without a promise and without asking", async () => {
    const { clock, background, callsAt } = start({ takesMs: 3_000 });
    await clock.advance(12_999);
    expect(background.run()).toBe(1);
    await clock.advance(1_000);
    expect(callsAt).toEqual([0, 13_000]);
    expect(background.run()).toBe(1);
    await clock.advance(2_001);
    expect(background.run()).toBe(2);
  });

  test("asks again one interval after the answer, not after the question", async () => {
    const { clock, callsAt, overlaps } = start({ takesMs: 25_000 });
    await clock.advance(100_000);
    expect(callsAt).toEqual([0, 35_000, 70_000]);
    expect(overlaps()).toBe(0);
  });

  test.each([
    [0, 1 - JITTER],
    [0.5, 1],
    [0.999_999, 1 + JITTER],
  ])("varies the interval: where random() is %d, it is %d of it", async (random, share) => {
    const clock = Object.assign(createFakeClock(), { random: () => random });
    const { callsAt } = start({ clock });
    await clock.advance(25_000);
    expect(callsAt[1]).toBeCloseTo(share * 10_000, 1);
    expect(callsAt[2]).toBeCloseTo(share * 20_000, 1);
  });

  test("draws the jitter anew for each run, so that handlers registered together drift apart", async () => {
    const draws = [0, 0.5, 1, 0.25].values();
    const clock = Object.assign(createFakeClock(), { random: () => draws.next().value ?? 0.5 });
    const { callsAt } = start({ clock });
    await clock.advance(40_000);
    expect(callsAt).toEqual([0, 9_000, 19_000, 30_000, 39_500]);
  });

  test("believes an answer for three intervals and a deadline, to the millisecond", async () => {
    expect(toMaxResultAgeMs({ intervalMs: 10_000, timeoutMs: 5_000 })).toBe(35_000);
    const { clock, background } = start({ clock: createFrozenClock() });
    await clock.advance(35_000);
    expect(background.run()).toBe(1);
    await clock.advance(1);
    expect(background.run()).toBe("1 is 35001 ms old");
  });

  test("says how old the answer is now, however often it was asked before", async () => {
    const { clock, background } = start({ clock: createFrozenClock() });
    await clock.advance(40_000);
    expect(background.run()).toBe("1 is 40000 ms old");
    await clock.advance(3_600_000);
    expect(background.run()).toBe("1 is 3640000 ms old");
  });

  test("counts the age from the answer, not from the question", async () => {
    const { clock, background } = start({ clock: createFrozenClock(), takesMs: 4_000 });
    await clock.advance(39_000);
    expect(background.run()).toBe(1);
    await clock.advance(1);
    expect(background.run()).toBe("1 is 35001 ms old");
  });

  test("is believed again after the next answer", async () => {
    const { clock, background } = start({ clock: createFrozenClock() });
    await clock.advance(40_000);
    background.refresh();
    expect(background.run()).toBe(2);
  });

  test("refreshes at once, and counts the interval from there", async () => {
    const { clock, background, callsAt } = start();
    await clock.advance(4_000);
    background.refresh();
    expect(background.run()).toBe(2);
    await clock.advance(20_000);
    expect(callsAt).toEqual([0, 4_000, 14_000, 24_000]);
    expect(clock.pendingTimers).toBe(1);
  });

  test("does not refresh beside a run, nor before the first a second time", async () => {
    const { clock, background, callsAt, overlaps } = start({ takesMs: 3_000 });
    background.refresh();
    background.refresh();
    await clock.advance(1_000);
    background.refresh();
    await clock.advance(2_000);
    expect(callsAt).toEqual([0]);
    expect(overlaps()).toBe(0);
  });

  test("leaves no timer and asks no more after stop()", async () => {
    const { clock, background, callsAt } = start();
    await clock.advance(15_000);
    background.stop();
    expect(clock.pendingTimers).toBe(0);
    background.refresh();
    await clock.advance(60_000);
    expect(callsAt).toEqual([0, 10_000]);
  });

  test("does not begin when it is stopped in the tick of its registration", async () => {
    const { clock, background, callsAt } = start();
    background.stop();
    await clock.advance(60_000);
    expect(callsAt).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("does not go on after a run that was under way at stop()", async () => {
    const { clock, background, callsAt } = start({ takesMs: 3_000 });
    const answer = background.run();
    await clock.advance(1_000);
    background.stop();
    expect(clock.pendingTimers).toBe(1); // the run's own
    await clock.advance(60_000);
    expect(await answer).toBe(1);
    expect(callsAt).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });
});
