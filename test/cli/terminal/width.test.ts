import { describe, expect, test } from "vitest";
import { MAX_MEASURED_LENGTH, pad, toWidth, truncate } from "../../../src/cli/terminal/width.ts";

describe("the width of a text", () => {
  test.each([
    ["", 0],
    ["abc", 3],
    ["Größe", 5],
    ["Gro\u0308\u00dfe", 5],
    ["数据库", 6],
    ["한국어", 6],
    ["👩‍💻", 2],
    ["✅", 2],
    ["❤️", 2],
    ["🇩🇪", 2],
    ["→", 1],
    ["a\u200db", 2],
  ])("of %j is %d", (text, width) => {
    expect(toWidth(text)).toBe(width);
  });
});

describe("a text that is too wide", () => {
  test.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "abcd…"],
    ["数据库", 6, "数据库"],
    ["数据库", 5, "数据…"],
    ["数据库", 4, "数…"],
    ["👩‍💻👩‍💻", 3, "👩‍💻…"],
    ["abc", 1, "…"],
    ["abc", 0, ""],
    ["abc", -3, ""],
  ])("%j is cut to %d as %j", (text, width, cut) => {
    expect(truncate(text, width)).toBe(cut);
  });
});

test("a text of megabytes is measured at its beginning only, and cut at once", () => {
  const emoji = "👩‍💻";
  expect(toWidth("数".repeat(MAX_MEASURED_LENGTH))).toBe(2 * MAX_MEASURED_LENGTH);
  expect(toWidth("数".repeat(1_000_000))).toBe(2 * MAX_MEASURED_LENGTH);
  expect(truncate(emoji.repeat(200_000), 5)).toBe(`${emoji}${emoji}…`);
  expect(truncate(emoji.repeat(200_000), Number.POSITIVE_INFINITY)).toHaveLength(1_000_000);
});

test("a text is filled up with as many spaces as it lacks columns", () => {
  expect(["abc", "数", "abcdef"].map((text) => pad(text, 4))).toEqual(["abc ", "数  ", "abcdef"]);
});
