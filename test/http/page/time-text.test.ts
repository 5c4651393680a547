import { expect, test } from "vitest";
import { toAgeText, toExactText, toRunTimeText } from "../../../src/http/page/time-text.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

test.each([
  [-5_000, "0 s"],
  [0, "0 s"],
  [59_999, "59 s"],
  [MINUTE_MS, "1 min"],
  [HOUR_MS - 1, "59 min"],
  [HOUR_MS, "1 h"],
  [48 * HOUR_MS - 1, "47 h"],
  [48 * HOUR_MS, "2 d"],
  [1_000 * HOUR_MS, "41 d"],
])("an age of %d ms is %s", (ageMs, text) => {
  expect(toAgeText(ageMs)).toBe(text);
});

test.each([
  [0, "<1 ms"],
  [0.99, "<1 ms"],
  [1.24, "1 ms"],
  [12.4, "12 ms"],
  [994, "990 ms"],
  [996, "1 s"],
  [1_234, "1.2 s"],
  [12_345, "12 s"],
])("a duration of %d ms is %s", (durationMs, text) => {
  expect(toRunTimeText(durationMs)).toBe(text);
});

test("a moment is told to the second, in UTC", () => {
  expect(toExactText(new Date("2026-01-01T12:34:56.789Z"))).toBe("2026-01-01 12:34:56 UTC");
});
