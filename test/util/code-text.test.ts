import { describe, expect, test } from "vitest";
import { toCode } from "../../src/util/code-text.ts";

describe("text as code", () => {
  test.each([
    ["a link or mention", "see https://example.org @all", "`see https://example.org @all`"],
    ["backticks, which would end the code", "a `b` c", "`a 'b' c`"],
    ["lines and surrounding space", "  one\n\n\ttwo  ", "`one two`"],
  ])("contains %s", (_, text, code) => {
    expect(toCode(text)).toBe(code);
  });

  test("is cut to the maximum", () => {
    expect(toCode("x".repeat(600))).toHaveLength(602);
    expect(toCode(` ${"x".repeat(600)}`, 500)).toBe(`\`${"x".repeat(500)}\``);
  });
});
