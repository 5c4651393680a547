import { expect, test } from "vitest";
import { didYouMean } from "../../src/util/suggest.ts";

const KNOWN = ["show", "wait", "watch", "decommission"];

test.each([
  ["shwo", "show"],
  ["SHOW", "show"],
  ["decomission", "decommission"],
  ["wach", "watch"],
  ["decom", "decommission"],
])("somebody who typed %s meant %s", (word, meant) => {
  expect(didYouMean(word, KNOWN)).toBe(`; did you mean ${meant}?`);
});

test.each([
  ["k8s", ["docker", "kubernetes"], "kubernetes"],
  ["kube", ["docker", "kubernetes"], "kubernetes"],
  ["tow", ["one", "two"], "two"],
])("an abbreviation or swapped letters: %s", (word, known, meant) => {
  expect(didYouMean(word, known)).toBe(`; did you mean ${meant}?`);
});

test.each([
  ["yaml", ["table", "json"]],
  ["k9s", ["kubernetes"]],
  ["xml", ["html"]],
])("%s is not like %j, so there is no guess", (word, known) => {
  expect(didYouMean(word, known)).toBe("");
});

test.each(["xyz", "", "w", "something-else-entirely", "a".repeat(100_000)])(
  "nobody meant anything with %.20s",
  (word) => {
    expect(didYouMean(word, KNOWN)).toBe("");
  },
);
