import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clean, cleanJson, cleanLines } from "../../../src/cli/terminal/clean.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const STEERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const hostile = fc.string({
  unit: fc.constantFrom(
    "\u001b",
    "[",
    "]",
    "3",
    ";",
    "m",
    "\u009b",
    "\n",
    "\t",
    "\r",
    "\u202e",
    "\u0007",
    "é",
    "\u{e0041}",
  ),
});

describe("a text from outside", () => {
  test.each([
    ["colours", "a\u001b[1;31mb\u001b[0mc", "abc"],
    ["a sequence that is never ended", "a\u001b[31", "a [31"],
    ["a title", "\u001b]0;title\u0007x\u001b]8;;http://a\u001b\\\u001b]0;never ended", "x ]0;never ended"],
    ["an 8-bit sequence", "a\u009b31mb", "ab"],
    ["line ends", "a\r\nb\u2028c", "a  b c"],
    ["a turned direction", "a\u202eb", "a b"],
    ["letters that nobody sees", "a\u200bb\u00adc\u180ed\u{1d173}e", "a b c d e"],
    ["half a surrogate pair", "a\ud800b", "a\ufffdb"],
    ["everything that is harmless", "Größe 数据库 👩‍💻 é", "Größe 数据库 👩‍💻 é"],
  ])("loses %s", (_what, text, cleaned) => {
    expect(clean(text)).toBe(cleaned);
  });

  test("never steers a terminal, whatever it is", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(clean(text)).not.toMatch(/[\t\n]/);
        expect(clean(text)).not.toMatch(STEERS);
        expect(cleanLines(text)).not.toMatch(STEERS);
        expect(cleanJson(JSON.stringify(text))).not.toMatch(STEERS);
      }),
    );
  });

  test("keeps its lines and columns where it has some", () => {
    expect(cleanLines("a\tOK\r\nb\u001b[31m\tRED\n")).toBe("a\tOK\nb\tRED\n");
  });

  test("stays the same JSON", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(JSON.parse(cleanJson(JSON.stringify({ [text]: text }, undefined, 2)))).toEqual({
          [text]: text,
        });
      }),
    );
  });
});
