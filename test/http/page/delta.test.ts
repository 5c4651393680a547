import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reuseParts, toDelta } from "../../../src/http/page/delta.ts";
import { html, LINES, type Markup, toText } from "../../../src/http/page/markup.ts";
import type { PagePart } from "../../../src/http/page/page-model.ts";

const line = (text: string): Markup => html`<li>${text}</li>`;
const [one, two, three] = [line("1"), line("2"), line("3")];

/** A row with these lists, and text that comes after them. */
const partOf = (...logs: readonly (readonly Markup[])[]): PagePart => ({
  key: "a",
  html: `<li>${logs.map(() => toText(html`<ol>${LINES}</ol>`)).join("")}</li>`,
  logs,
});

/** The lists of changes that a reader of one picture of a row gets for another one. */
function listsOf(before: PagePart | undefined, after: PagePart): readonly string[] {
  const delta = JSON.parse(toDelta(before === undefined ? [] : [before], [after]));
  const [[, text = ""]] = delta.parts;
  return [...text.matchAll(/<ol>(.*?)<\/ol>/g)].map(([, lines = ""]) => lines.replace(/<\/?li>/g, ""));
}

describe("the lines of a list of changes", () => {
  test("are sent to a reader that has none", () => {
    expect(listsOf(undefined, partOf([two, one]))).toEqual(["21"]);
  });

  test("are sent once", () => {
    expect(listsOf(partOf([one]), partOf([three, two, one]))).toEqual(["32"]);
    expect(listsOf(partOf([two, one]), partOf([two, one]))).toEqual([""]);
  });

  test("make room for new ones", () => {
    expect(listsOf(partOf([two, one]), partOf([three, two]))).toEqual(["3"]);
  });

  test("are all sent if earlier ones were restored or amended", () => {
    expect(listsOf(partOf([two]), partOf([three, two, one]))).toEqual(["321"]);
    expect(listsOf(partOf([two, one]), partOf([three, two, line("0")]))).toEqual(["320"]);
  });

  test("of a handler that was not in the row before are sent with it", () => {
    expect(listsOf(partOf([one]), partOf([one], [two]))).toEqual(["", "2"]);
    expect(listsOf(partOf([one], [two]), partOf([two], [one]))).toEqual(["2", "1"]);
  });
});

describe("the order of the rows", () => {
  const head: PagePart = { key: "head", html: "" };
  const rowsOf = (keys: string): PagePart[] => Array.from(keys, (key) => ({ key, html: key }));
  const orderOf = (from: readonly PagePart[], to: readonly PagePart[]): object => {
    const { parts: _, ...order } = JSON.parse(toDelta(from, to));
    return order;
  };

  test("is sent whole to a reader that has no rows, or if unchanged rows changed places", () => {
    const [a, b, c] = rowsOf("abc") as [PagePart, PagePart, PagePart];
    expect(orderOf([], [head, a, b])).toEqual({ order: ["a", "b"] });
    expect(orderOf([head, a, b, c], [head, b, a, c])).toEqual({ order: ["b", "a", "c"] });
  });

  test("is not sent if it stays", () => {
    const [a, b, newB] = rowsOf("abb") as [PagePart, PagePart, PagePart];
    expect(orderOf([head, a, b], [head, a, newB])).toEqual({});
  });

  test("is otherwise sent as the rows that changed, which does not grow with the others", () => {
    const [a, b, c, newC, d] = rowsOf("abccd") as [PagePart, PagePart, PagePart, PagePart, PagePart];
    expect(orderOf([head, a, b, c], [head, newC, a, b])).toEqual({ moves: [["c", false]], gone: [] });
    expect(orderOf([head, a, b, c], [{ key: "head", html: "new" }, a, newC, d])).toEqual({
      moves: [
        ["c", "a"],
        ["d", "c"],
      ],
      gone: ["b"],
    });
  });

  test("leads from each picture to each other one", () => {
    const keys = fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { minLength: 1 });
    fc.assert(
      fc.property(keys, keys, fc.subarray([..."abcdefgh"]), (before, after, changing) => {
        const from = [head, ...rowsOf(before.join(""))];
        const known = new Map(from.map((part) => [part.key, part]));
        const next = (key: string): PagePart =>
          (!changing.includes(key) && known.get(key)) || { key, html: `${key}2` };
        const to = [head, ...after.map(next)];
        expect(apply(from, JSON.parse(toDelta(from, to)))).toEqual(
          to.map(({ key, html: text }) => [key, text]),
        );
      }),
    );
  });
});

interface Delta {
  readonly order?: readonly string[];
  readonly moves?: readonly (readonly [key: string, after: string | false])[];
  readonly gone?: readonly string[];
  readonly parts: readonly (readonly [key: string, html: string])[];
}

/** What a reader of a picture shows after a difference. */
function apply(from: readonly PagePart[], { order, moves = [], gone = [], parts }: Delta) {
  const texts = new Map([...from.map(({ key, html: text }) => [key, text] as const), ...parts]);
  const moved = new Set([...gone, ...moves.map(([key]) => key)]);
  const rows = order
    ? [...order]
    : from.map(({ key }) => key).filter((key) => key !== "head" && !moved.has(key));
  for (const [key, after] of moves) rows.splice(after === false ? 0 : rows.indexOf(after) + 1, 0, key);
  return ["head", ...rows].map((key) => [key, texts.get(key)]);
}

test("parts that show the same stay the same objects, wherever they are", () => {
  const before: PagePart[] = [
    { key: "a", html: "1" },
    { key: "b", html: "2" },
  ];
  const after = reuseParts(before, [
    { key: "b", html: "2" },
    { key: "c", html: "3" },
    { key: "a", html: "4" },
  ]);
  expect(after[0]).toBe(before[1]);
  expect(after.map(({ key, html: text }) => key + text)).toEqual(["b2", "c3", "a4"]);
});
