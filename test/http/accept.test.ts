import { describe, expect, test } from "vitest";
import {
  MAX_ACCEPT_LENGTH,
  MAX_ACCEPT_RANGES,
  MAX_KNOWN_ACCEPT_LENGTH,
  MAX_KNOWN_ACCEPTS,
  MAX_RANGE_PARAMETERS,
  type MediaRange,
  parseAccept,
} from "../../src/http/accept.ts";

describe("a header that comes again", () => {
  test("is not read again", () => {
    expect(parseAccept("text/csv;q=0.25")).toBe(parseAccept("text/csv;q=0.25"));
  });

  test("is read again after so many others that it is forgotten, and says the same", () => {
    const before = parseAccept("text/csv;q=0.75");
    for (let index = 0; index < MAX_KNOWN_ACCEPTS; index += 1) parseAccept(`text/x-${index}`);
    expect(parseAccept("text/csv;q=0.75")).not.toBe(before);
    expect(parseAccept("text/csv;q=0.75")).toEqual(before);
  });

  test("is forgotten once among so many others", () => {
    const readings = new Set();
    for (let index = 0; index < 10 * MAX_KNOWN_ACCEPTS; index += 1) {
      parseAccept(`text/y-${index}`);
      readings.add(parseAccept("text/csv;q=0.125"));
    }
    expect(readings.size).toBeGreaterThanOrEqual(10);
    expect(readings.size).toBeLessThanOrEqual(12);
  });

  test.each([
    [MAX_KNOWN_ACCEPT_LENGTH, true],
    [MAX_KNOWN_ACCEPT_LENGTH + 1, false],
  ])("is remembered with %i characters: %j", (length, isRemembered) => {
    const accept = `text/csv;x=${"y".repeat(length - "text/csv;x=".length)}`;
    expect(accept).toHaveLength(length);
    const [one, other] = [parseAccept(accept), parseAccept(accept)];
    expect(one === other).toBe(isRemembered);
  });
});

describe("a header with much in it", () => {
  const types = (accept: string) => parseAccept(accept).map(({ type }) => type);

  test("is read to its end, beyond thousands of types that are none of ours", () => {
    expect(types(`${"a/b,".repeat(1_500)}${",".repeat(1_500)}text/csv`)).toEqual(["text/csv"]);
  });

  test(`has at most ${MAX_ACCEPT_RANGES} ranges that mean a format of ours`, () => {
    const before = "text/*,".repeat(MAX_ACCEPT_RANGES - 1);
    expect(types(`${before}text/csv`)).toHaveLength(MAX_ACCEPT_RANGES);
    expect(types(`${before}text/csv`).at(-1)).toBe("text/csv");
    expect(types(`${before}*/*,text/csv`).at(-1)).toBe("*/*");
  });

  test(`has no range with more than ${MAX_RANGE_PARAMETERS} parameters: its quality may be in the next`, () => {
    const range = `text/csv${";x=1".repeat(MAX_RANGE_PARAMETERS)}`;
    expect(types(`${range}, */*`)).toEqual(["text/csv", "*/*"]);
    expect(types(`${range};q=0, */*`)).toEqual(["*/*"]);
    expect(types(`text/csv${";".repeat(8_000)}, */*`)).toEqual(["*/*"]);
  });
});

describe("a header", () => {
  test.each<[accept: string | undefined, ranges: readonly MediaRange[]]>([
    [undefined, []],
    ["", []],
    ["json", []],
    ["json, text/csv", [{ type: "text/csv", version: undefined, quality: 1 }]],
    ["text/csv;version", [{ type: "text/csv", version: "", quality: 1 }]],
    ['text/plain;version="1" ; q=0.5', [{ type: "text/plain", version: "1", quality: 0.5 }]],
    ['text/plain;version=v"1"', [{ type: "text/plain", version: 'v"1"', quality: 1 }]],
    ['text/plain;version="1"v', [{ type: "text/plain", version: '"1"v', quality: 1 }]],
    ['text/plain;version=""', [{ type: "text/plain", version: "", quality: 1 }]],
    ["text/plain;q=1.0000", []],
    ["text/plain;q=11", []],
    ["a text/plain", []],
    ["text/plain/b", []],
  ])("%s is read", (accept, ranges) => {
    expect(parseAccept(accept)).toEqual(ranges);
  });

  test.each([
    [MAX_ACCEPT_LENGTH, 1],
    [MAX_ACCEPT_LENGTH + 1, 0],
  ])("of %i characters has %i range that is read", (length, count) => {
    const accept = `text/csv;x=${"y".repeat(length - "text/csv;x=".length)}`;
    expect(parseAccept(accept)).toHaveLength(count);
  });
});
