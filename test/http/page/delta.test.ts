import { describe, expect, test } from "vitest";
import { toDelta } from "../../../src/http/page/delta.ts";
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
});
