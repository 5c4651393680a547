import { describe, expect, test } from "vitest";
import {
  addRequest,
  interrupt,
  isSteady,
  MAX_GAP_MS,
  NO_RHYTHM,
  type Rhythm,
  toIntervalMs,
} from "../../src/drain/rhythm.ts";

/** The rhythm of requests at these moments, in any order. */
function rhythmOf(...moments: readonly number[]): Rhythm {
  return moments
    .toSorted((one, other) => one - other)
    .reduce((rhythm, now) => addRequest(rhythm, now), NO_RHYTHM);
}

/** From the first moment to the last, each `intervalMs`. */
function every(intervalMs: number, from: number, to: number): readonly number[] {
  return Array.from(
    { length: 1 + Math.floor((to - from) / intervalMs) },
    (_, index) => from + index * intervalMs,
  );
}

const MINUTE_MS = 60_000;

describe("a rhythm", () => {
  test.each([
    ["none after one request", [0], undefined],
    ["the gap after two", [0, 500], 500],
    ["the longest gap before there are equal gaps", [0, 500, 1_000, 4_000], 3_000],
    ["that of equal gaps", every(500, 0, 2_000), 500],
    ["the longest of gaps that are about equal", [0, 500, 1_020, 1_500, 2_000], 520],
    ["not that of a single late request", [...every(500, 0, 2_000), ...every(500, 6_000, 9_000)], 500],
    ["that of a check each five minutes", every(5 * MINUTE_MS + 10, 0, 21 * MINUTE_MS), 5 * MINUTE_MS + 10],
    ["the slowest it ever had", [...every(2_000, 0, 20_000), ...every(500, 20_500, 40_000)], 2_000],
  ])("is %s", (_, moments, intervalMs) => {
    expect(toIntervalMs(rhythmOf(...moments))).toBe(intervalMs);
  });

  test("does not become shorter by what others ask under the same name, however they do it", () => {
    const balancer = every(2_000, 0, 10 * MINUTE_MS);
    const late = 8 * MINUTE_MS;
    for (const others of [
      every(100, late, late + MINUTE_MS),
      every(17, late, late + 500),
      [late + 1, late + 2],
    ]) {
      const rhythm = rhythmOf(...balancer, ...others);
      expect(isSteady(rhythm)).toBe(true);
      expect(toIntervalMs(rhythm)).toBe(2_000);
    }
  });

  test.each([
    ["regular and fast", every(100, 0, MINUTE_MS)],
    ["regular and faster still", every(10, 0, MINUTE_MS)],
    ["three in a burst, again and again", every(1_300, 0, MINUTE_MS).flatMap((at) => [at, at + 5, at + 11])],
    ["irregular", every(70, 0, MINUTE_MS).map((at, index) => at + ((index * 37) % 61))],
  ])("that others hide from the beginning is taken for the slowest (%s)", (_, others) => {
    expect(toIntervalMs(rhythmOf(...every(2_000, 33, MINUTE_MS), ...others))).toBe(MAX_GAP_MS);
  });

  test("is not there for somebody who asks now and then", () => {
    const moments = [0, 1, 9, 11, 14, 31, 33, 34, 47, 52, 60, 61, 70].map((second) => second * 1_000);
    expect(toIntervalMs(rhythmOf(...moments.slice(0, 12)))).toBe(17_000);
    expect(toIntervalMs(rhythmOf(...moments))).toBe(MAX_GAP_MS);
  });

  test("of a few irregular requests is as long as that of a balancer that sent five of them may be", () => {
    const balancer = [3_000, 7_500, 12_000, 16_500, 21_000];
    const others = every(3_700, 0, 22_200);
    expect(toIntervalMs(rhythmOf(...balancer, ...others))).toBe(22_200 / 4);
    expect(toIntervalMs(rhythmOf(0, 1_000, 1_100, 9_000))).toBe(7_900);
    expect(toIntervalMs(rhythmOf(0, 1_000, 1_100, 9_000, 9_100))).toBe(7_900);
  });

  test("that begins after irregular requests is not believed before five and a half minutes", () => {
    const irregular = every(70, 0, MINUTE_MS).map((at, index) => at + ((index * 37) % 61));
    const regular = every(500, MINUTE_MS + 500, 8 * MINUTE_MS);
    const isLearned = (at: number): boolean =>
      isSteady(rhythmOf(...irregular, ...regular.filter((moment) => moment <= at)));
    expect(isLearned(MINUTE_MS + MAX_GAP_MS)).toBe(false);
    expect(isLearned(MINUTE_MS + MAX_GAP_MS + 2_000)).toBe(true);
  });

  test("survives a balancer that starts again, at another moment of the beat", () => {
    const moments = [...every(2_000, 0, 20_000), ...every(2_000, 20_300, 40_000)];
    expect(toIntervalMs(rhythmOf(...moments))).toBe(2_000);
  });

  test("that was clean for long enough survives any number of such starts", () => {
    const starts = Array.from({ length: 20 }, (_, index) => 6 * MINUTE_MS + index * 20_300);
    const moments = [
      ...every(2_000, 0, 6 * MINUTE_MS - 1),
      ...starts.flatMap((at) => every(2_000, at, at + 20_000)),
    ];
    expect(toIntervalMs(rhythmOf(...moments))).toBe(2_000);
  });

  test("takes the same memory, however long it is", () => {
    const rhythm = rhythmOf(...every(500, 0, 10 * MINUTE_MS), ...every(7, 0, MINUTE_MS));
    for (const list of [rhythm.times, rhythm.longestMs, rhythm.extrasAt])
      expect(list.length).toBeLessThanOrEqual(7);
  });
});

/** Checks every two seconds from 0 on, the last one at ten. */
const STEADY = every(2_000, 0, 10_000);

/** Gaps of 1.2 and 2.7 seconds in turn, neither late nor crowded for a balancer that checks every two. */
function uneven(from: number, count: number): readonly number[] {
  return Array.from(
    { length: count },
    (_, index) => from + Math.floor(index / 2) * 3_900 + (index % 2) * 1_200,
  );
}

describe("requests outside a rhythm", () => {
  test("may be two at most", () => {
    expect(isSteady(rhythmOf(...STEADY, 10_010, 10_020))).toBe(true);
    expect(isSteady(rhythmOf(...STEADY, 10_010, 10_020, 10_030))).toBe(false);
  });

  test("are those that come within one and a half of its shortest interval", () => {
    // The intervals of this rhythm are 2 s to 2.8 s.
    expect(rhythmOf(0, 2_000, 4_000, 6_000, 8_800, 8_999).extrasAt).toEqual([8_999]);
    expect(rhythmOf(0, 2_000, 4_000, 6_000, 8_800, 9_000).extrasAt).toEqual([]);
  });

  test("are all that come after twelve without a rhythm", () => {
    expect(isSteady(rhythmOf(...STEADY, ...uneven(12_700, 15)))).toBe(true);
    expect(isSteady(rhythmOf(...STEADY, ...uneven(12_700, 16)))).toBe(false);
  });

  test("begin a new rhythm, of which only the first was outside the old one", () => {
    const restarted = rhythmOf(...STEADY, ...every(2_000, 10_300, 18_300));
    expect(restarted.extrasAt).toEqual([10_300]);
    expect(rhythmOf(...STEADY, ...every(2_000, 10_300, 16_300)).extrasAt).toEqual([10_300, 12_300]);
  });
});

describe("late requests", () => {
  test.each([
    ["one does not count", [13_000], 2_000],
    [
      "one does not count while the next ones are in the rhythm again",
      [13_000, 15_000, 17_000, 19_000],
      2_000,
    ],
    ["two make the interval longer", [13_000, 16_000], 3_000],
    ["two make it as long as the longer one", [13_000, 16_500], 3_500],
    ["one does not count beside the longest that is in the rhythm", [13_500, 16_300], 2_800],
    ["three leave it unknown", [13_000, 16_000, 19_000], MAX_GAP_MS],
    ["four are a slower rhythm", [13_000, 16_000, 19_000, 22_000], 3_000],
  ])("%s", (_, late, intervalMs) => {
    expect(toIntervalMs(rhythmOf(...STEADY, ...late))).toBe(intervalMs);
  });

  test("are those after more than 1.4 intervals", () => {
    const rhythm = rhythmOf(...STEADY, 11_300, 14_100, 17_600);
    expect(rhythm.late).toBe(1);
    expect(toIntervalMs(rhythm)).toBe(2_800);
  });

  test("may be a twentieth of many", () => {
    const withPauses = (perPause: number): Rhythm =>
      rhythmOf(
        ...[0, 1, 2, 3, 4].flatMap((n) =>
          every(500, n * (perPause + 1) * 500, ((n + 1) * (perPause + 1) - 2) * 500),
        ),
      );
    expect(withPauses(25)).toMatchObject({ requests: 125, late: 4 });
    expect(isSteady(withPauses(25))).toBe(true);
    expect(withPauses(10)).toMatchObject({ requests: 50, late: 4 });
    expect(isSteady(withPauses(10))).toBe(false);
  });
});

describe("equal gaps", () => {
  test("may differ by 40 %", () => {
    expect(rhythmOf(0, 2_000, 4_000, 6_000, 8_800)).toMatchObject({ steadyMs: 2_800, beatMs: 2_000 });
    expect(isSteady(rhythmOf(0, 2_000, 4_000, 6_000, 8_801))).toBe(false);
    expect(rhythmOf(...STEADY, 12_800)).toMatchObject({ steadyMs: 2_800, steadySince: 0 });
  });

  test("are no rhythm if all requests come at once, or if there are too few", () => {
    expect(isSteady(rhythmOf(5, 5, 5, 5, 5))).toBe(false);
    expect(isSteady(rhythmOf(0, 500))).toBe(false);
  });
});

describe("a rhythm is proven", () => {
  test("after five and a half minutes without another request", () => {
    expect(rhythmOf(...every(2_000, 0, MAX_GAP_MS - 2_000)).isProven).toBe(false);
    expect(rhythmOf(...every(2_000, 0, MAX_GAP_MS)).isProven).toBe(true);
  });

  test("only if that time has passed since the last request outside it", () => {
    const restartedUntil = (until: number): Rhythm => rhythmOf(...STEADY, ...every(2_000, 10_300, until));
    expect(restartedUntil(MAX_GAP_MS + 8_300).isProven).toBe(false);
    expect(restartedUntil(MAX_GAP_MS + 10_300).isProven).toBe(true);
  });

  test("not by the time before its first request", () => {
    const first = 2 * MAX_GAP_MS;
    expect(rhythmOf(...every(2_000, first, first + MAX_GAP_MS - 2_000)).isProven).toBe(false);
    expect(rhythmOf(first, first).isProven).toBe(false);
    expect(addRequest(rhythmOf(first), first + 2_000, 1_900).isProven).toBe(false);
  });

  test("not by the time before it began", () => {
    const irregular = uneven(0, 200);
    const from = (irregular.at(-1) ?? 0) + 500;
    expect(from).toBeGreaterThan(MAX_GAP_MS);
    expect(rhythmOf(...irregular, ...every(500, from, from + 5_000)).isProven).toBe(false);
  });

  test("for good, so that late requests do not make it longer", () => {
    const proven = every(2_000, 0, MAX_GAP_MS);
    expect(toIntervalMs(rhythmOf(...proven, MAX_GAP_MS + 3_000, MAX_GAP_MS + 6_000))).toBe(2_000);
  });
});

describe("a gap", () => {
  test("of more than five and a half minutes begins a new rhythm", () => {
    expect(rhythmOf(...STEADY, 10_000 + MAX_GAP_MS)).toMatchObject({ requests: 7, firstAt: 0 });
    const again = 10_001 + MAX_GAP_MS;
    expect(rhythmOf(...STEADY, again)).toMatchObject({ requests: 1, firstAt: again, steadyMs: undefined });
  });

  test("across an interruption does not count", () => {
    expect(toIntervalMs(addRequest(interrupt(rhythmOf(1_000)), 60_000))).toBeUndefined();
    const two = addRequest(interrupt(rhythmOf(0, 500)), 40_000);
    expect(toIntervalMs(two)).toBe(500);
    expect(toIntervalMs(addRequest(two, 40_500))).toBe(500);
  });

  test("counts in full before there is a rhythm, also if the event loop was blocked", () => {
    expect(addRequest(rhythmOf(1_000), 4_000, 1_000).longestMs).toEqual([3_000]);
  });

  test("of which more than a fifth was a stall counts without it, and is neither late nor followed by one", () => {
    const rhythm = rhythmOf(...STEADY);
    const blurred = addRequest(rhythm, 13_000, 700);
    expect(blurred).toMatchObject({
      times: [],
      requests: 7,
      lastAt: 13_000,
      longestMs: [2_300, 2_000],
      late: 0,
    });
    expect(addRequest(blurred, 19_000)).toMatchObject({ longestMs: [2_300, 2_000], late: 0 });
    expect(addRequest(rhythm, 13_000, 5_000).longestMs).toEqual([2_000, 2_000]);
    expect(addRequest(rhythm, 13_000, 600)).toMatchObject({ longestMs: [3_000, 2_000], late: 1 });
  });

  test("of a balancer that hides among few requests is at most a quarter of their time", () => {
    const moments = [3_000, 7_500, 12_000, 16_500, 21_000, ...every(3_700, 0, 22_200)].map(
      (at) => at + 10_000,
    );
    expect(toIntervalMs(rhythmOf(...moments))).toBe(22_200 / 4);
  });
});
