import { describe, expect, test } from "vitest";
import {
  addRequest,
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
