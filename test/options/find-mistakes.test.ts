import { describe, expect, test } from "vitest";
import { describeMistakes, MAX_TOLD_MISTAKES } from "../../src/cli/schema/describe-mistakes.ts";
import { findMistakes } from "../../src/options/find-mistakes.ts";
import { joinPath } from "../../src/options/read.ts";
import { FUNCTION } from "../../src/options/rules.ts";
import type { Shape } from "../../src/options/shape.ts";
import { variant } from "../../src/options/variant.ts";

const ITEM: Shape = variant({
  tag: "kind",
  variants: {
    circle: {
      kind: "object",
      properties: {
        kind: { kind: "choice", values: ["circle"], required: true },
        radius: { kind: "number", min: 1, required: true },
      },
    },
  },
  refusals: { sphere: "is not flat" },
  untagged: { key: "draw", shape: { kind: "object", properties: { draw: { ...FUNCTION, required: true } } } },
});
const DRAWING: Shape = {
  kind: "object",
  properties: {
    items: { kind: "list", items: ITEM },
    title: { kind: "text" },
    scale: { kind: "number", min: 0, max: 1 },
    pages: { kind: "number", min: 1, max: 2 ** 31, integer: true },
    frame: { kind: "either", shapes: [{ kind: "choice", values: [false] }, { kind: "number" }] },
    colours: { kind: "map", values: { kind: "flag" } },
    names: { kind: "list", items: { kind: "text" }, isNonEmpty: true },
    token: { kind: "text", pattern: /^t/u, expected: "a token", isSecret: true },
  },
};

function tell(value: unknown): string {
  return describeMistakes("f", findMistakes(DRAWING, value));
}

describe("a value that is not what was described", () => {
  test.each<[unknown, string]>([
    [[], "expected an object, got an array"],
    [null, "expected an object, got null"],
    [{ items: {} }, "items: expected an array, got an object"],
    [{ items: [7] }, "items[0]: expected an object, got 7"],
    [{ items: [{}] }, 'items[0].kind: expected "circle", got nothing'],
    [{ items: [{ kind: "cirlce" }] }, 'items[0].kind: expected "circle", got "cirlce"; did you mean circle?'],
    [{ items: [{ kind: "sphere" }] }, "items[0].kind: is not flat"],
    [{ items: [{ kind: "toString" }] }, 'items[0].kind: expected "circle", got "toString"'],
    [{ items: [{ kind: "circle" }] }, "items[0].radius: is missing"],
    [{ items: [{ kind: "circle", radius: "fast" }] }, 'items[0].radius: expected a number ≥ 1, got "fast"'],
    [
      { items: [{ kind: "circle", radius: 1, raduis: 1 }] },
      "items[0].raduis: unknown key; did you mean radius?",
    ],
    [{ items: [{ draw: "x" }] }, 'items[0].draw: expected a function, got "x"'],
    [{ title: "" }, 'title: expected a non-empty string, got ""'],
    [{ scale: 2 }, "scale: expected a number ≤ 1, got 2"],
    [{ scale: -1 }, "scale: expected a number from 0 to 1, got -1"],
    [{ scale: Number.NaN }, "scale: expected a number from 0 to 1, got NaN"],
    [{ pages: 1.5 }, "pages: expected an integer ≥ 1, got 1.5"],
    [{ pages: 2 ** 32 }, "pages: expected an integer ≤ 2147483648, got 4294967296"],
    [{ frame: true }, "frame: expected false, got true"],
    [{ frame: "x" }, 'frame: expected false or a number, got "x"'],
    [{ colours: { "dark red": 1 } }, 'colours["dark red"]: expected true or false, got 1'],
    [{ names: [] }, "names: expected an array with at least one item, got an array"],
    [{ token: "secret" }, "token: expected a token, got something else"],
    [
      { xyzxyz: 1 },
      "xyzxyz: unknown key, expected one of items, title, scale, pages, frame, colours, names, token",
    ],
  ])("%j: %s", (value, line) => {
    expect(tell(value)).toBe(`f: ${line}\n`);
  });

  test("is told with every mistake in it", () => {
    expect(tell({ title: 1, items: [{ draw: 1 }, {}], scale: "x" }).split("\n")).toHaveLength(5);
  });

  test("a key called __proto__ is a key like others", () => {
    expect(tell(JSON.parse('{"__proto__": 1}'))).toContain("f: __proto__: unknown key");
  });
});

test("nothing is said about a value that is right", () => {
  const draw = (): void => {};
  const value = { items: [{ kind: "circle", radius: 1 }, { draw }], frame: 3, colours: {}, token: "t" };
  expect(findMistakes(DRAWING, value)).toEqual([]);
});

test("what is told has one line each, and nothing that steers a terminal", () => {
  const told = tell(JSON.parse('{"title": 1, "\\u001b[2Ja\\nb": 1, "\\u202ex": 1}'));
  expect(told.split("\n")).toHaveLength(4);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  expect(told.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u009b\u202e]/);
});

test.each([0, 1])("so many mistakes and %d more: the further ones are counted", (more) => {
  const mistakes = Array.from({ length: MAX_TOLD_MISTAKES + more }, () => ({ path: "a", text: "b" }));
  const lines = describeMistakes("f", mistakes).trimEnd().split("\n");
  expect(lines).toHaveLength(MAX_TOLD_MISTAKES + more);
  expect(lines.at(-1)).toBe(more === 0 ? "f: a: b" : "f: 1 more mistake");
});

test.each([
  ["", "a", "a"],
  ["a", "b-c", "a.b-c"],
  ["a", 2, "a[2]"],
  ["a", "x y", 'a["x y"]'],
  ["a", "x.y", 'a["x.y"]'],
] as const)("%s and %s make the path %s", (path, key, joined) => {
  expect(joinPath(path, key)).toBe(joined);
});
