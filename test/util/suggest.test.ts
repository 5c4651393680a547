import { expect, test } from "vitest";
import { didYouMean } from "../../src/util/suggest.ts";

const KNOWN = ["show", "wait", "watch", "decommission"];

test.each([
  ["shwo", "show"],
  ["SHOW", "show"],
  ["decomission", "decommission"],
  ["wach", "watch"],
])("somebody who typed %s meant %s", (word, meant) => {
  expect(didYouMean(word, KNOWN)).toBe(`. Did you mean ${meant}?`);
});

test.each(["xyz", "", "w", "something-else-entirely", "a".repeat(100_000)])(
  "nobody meant anything with %.20s",
  (word) => {
    expect(didYouMean(word, KNOWN)).toBe(".");
  },
);
