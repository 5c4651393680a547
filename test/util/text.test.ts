import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareCodePoints,
  isWellFormed,
  replaceControlCharacters,
  toWellFormed,
} from "../../src/util/text.ts";

const toCharacter = (codePoint: number): string => String.fromCodePoint(codePoint);

/** Texts from the places where UTF-16 and UTF-8 sort differently, and from everywhere else. */
const wellFormedText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x7f }).map(toCharacter),
    fc.integer({ min: 0xe000, max: 0xffff }).map(toCharacter),
    fc.integer({ min: 0x10000, max: 0x10ffff }).map(toCharacter),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 6,
});
const anyCodeUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((codeUnits) => String.fromCharCode(...codeUnits));

describe("compareCodePoints", () => {
  test("orders as the bytes of UTF-8 do", () => {
    fc.assert(
      fc.property(wellFormedText, wellFormedText, (one, other) => {
        const byBytes = Buffer.compare(Buffer.from(one), Buffer.from(other));
        expect(Math.sign(compareCodePoints(one, other))).toBe(byBytes);
      }),
      { numRuns: 1_000 },
    );
  });

  test("orders texts with the same beginning as the bytes of UTF-8 do", () => {
    fc.assert(
      fc.property(wellFormedText, wellFormedText, wellFormedText, (start, one, other) => {
        const byBytes = Buffer.compare(Buffer.from(start + one), Buffer.from(start + other));
        expect(Math.sign(compareCodePoints(start + one, start + other))).toBe(byBytes);
      }),
      { numRuns: 1_000 },
    );
  });

  test("puts an emoji after the last character below U+10000, unlike sort()", () => {
    expect(["\uffff", "🚦"].sort()).toEqual(["🚦", "\uffff"]);
    expect(["🚦", "\uffff"].sort(compareCodePoints)).toEqual(["\uffff", "🚦"]);
  });

  test("puts a text before its own continuation", () => {
    expect(["ab", "a", "", "abc"].sort(compareCodePoints)).toEqual(["", "a", "ab", "abc"]);
  });
});

describe("control characters", () => {
  test("are C0, DEL and C1, and nothing else", () => {
    const isReplaced = (text: string): boolean => replaceControlCharacters(text) !== text;
    const found = Array.from({ length: 0x10000 }, (_, code) => code).filter((code) =>
      isReplaced(String.fromCharCode(code)),
    );
    const c0 = Array.from({ length: 0x20 }, (_, index) => index);
    const delAndC1 = Array.from({ length: 0x21 }, (_, index) => 0x7f + index);
    expect(found).toEqual([...c0, ...delAndC1]);
  });

  test("become spaces, one each", () => {
    expect(replaceControlCharacters("a\r\nb\u001b[31mc\u009f")).toBe("a  b [31mc ");
  });

  test("are gone after they were replaced, whatever the text", () => {
    fc.assert(
      fc.property(anyCodeUnits, (text) => {
        const replaced = replaceControlCharacters(text);
        expect(replaceControlCharacters(replaced)).toBe(replaced);
        expect(replaced).toHaveLength(text.length);
      }),
    );
  });
});

describe("well-formed texts", () => {
  test("are those that survive UTF-8", () => {
    fc.assert(
      fc.property(anyCodeUnits, (text) => {
        const survived = Buffer.from(text).toString();
        expect(isWellFormed(text)).toBe(survived === text);
        expect(toWellFormed(text)).toBe(survived);
      }),
    );
  });

  test("include emoji and exclude each half of one", () => {
    expect(isWellFormed("🚦")).toBe(true);
    expect(isWellFormed("\ud83d")).toBe(false);
    expect(isWellFormed("\udea6")).toBe(false);
    expect(toWellFormed("a\ud83db")).toBe("a\ufffdb");
  });
});
