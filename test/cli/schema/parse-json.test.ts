import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_JSON_DEPTH, parseJson } from "../../../src/cli/schema/parse-json.ts";
import { arbitraryText } from "../../support/arbitrary.ts";

describe("a text that is not JSON", () => {
  test.each([
    ["", "1:1 expected a value, got the end of the file"],
    ["{", "1:2 expected a property name in double quotes, got the end of the file"],
    ['{\n  "a": 1,\n}', '3:1 expected a property name in double quotes, got "}"'],
    ['{ "a" 1 }', '1:7 expected a colon, got "1"'],
    ['{ "a": 1 "b": 2 }', '1:10 expected a comma or }, got "\\""'],
    ["[1, 2,]", '1:7 expected a value, got "]"'],
    ["[1 2]", '1:4 expected a comma or ], got "2"'],
    ["{ // port\n}", '1:3 expected a property name in double quotes, got "/"'],
    ["{ 'a': 1 }", '1:3 expected a property name in double quotes, got "\'"'],
    ['{ "a": tru }', '1:8 expected a value, got "t"'],
    ['{ "a": 01 }', '1:9 expected a comma or }, got "1"'],
    ['"a\nb"', '1:1 expected a value, got "\\""'],
    ["{} x", '1:4 expected nothing more, got "x"'],
    ['["😀" 😀]', '1:7 expected a comma or ], got "😀"'],
    ["[".repeat(MAX_JSON_DEPTH), `1:${MAX_JSON_DEPTH + 1} expected a value, got the end of the file`],
    ["[".repeat(100_000), `1:${MAX_JSON_DEPTH + 2} expected less nesting, got "["`],
  ])("%j: %s", (text, told) => {
    const parsed = parseJson(text);
    expect(parsed).toHaveProperty("error");
    if (!("error" in parsed)) return;
    const { line, column, text: what } = parsed.error;
    expect(`${line}:${column} ${what}`).toBe(told);
  });

  test("is told by a place in it, whatever it is", () => {
    const json = fc.jsonValue().map((value) => JSON.stringify(value, null, 1));
    const broken = fc
      .tuple(json, fc.nat(), arbitraryText(2), fc.nat(2))
      .map(
        ([text, at, put, cut]) =>
          text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut),
      );
    fc.assert(
      fc.property(fc.oneof(broken, arbitraryText()), (text) => {
        const parsed = parseJson(text);
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          if (!("error" in parsed)) throw new Error("JSON.parse says that it is wrong");
          const { line, column } = parsed.error;
          const lines = text.split("\n");
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
          expect(parsed.error.text).not.toContain("expected nothing more, got the end");
          return;
        }
        expect(parsed).toEqual({ value });
      }),
      { numRuns: 2_000 },
    );
  });
});
