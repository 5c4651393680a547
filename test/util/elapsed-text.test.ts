import { expect, test } from "vitest";
import { toElapsedText } from "../../src/util/elapsed-text.ts";

test.each([
  [-1, "0 ms"],
  [0, "0 ms"],
  [999.9, "999 ms"],
  [1_000, "1 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_599_999, "59 min"],
  [3_600_000, "1 h"],
  [86_399_999, "23 h"],
  [86_400_000, "1 d"],
  [864_000_000, "10 d"],
])("%d ms have lasted %s", (elapsedMs, text) => {
  expect(toElapsedText(elapsedMs)).toBe(text);
});
