import { describe, expect, test } from "vitest";
import { renderCsv } from "../../src/formats/csv.ts";
import { reportOf } from "../support/registry.ts";

const PLAIN = { detailColumn: false, details: true };
const WITH_DETAIL = { detailColumn: true, details: true };

describe("csv", () => {
  test("is empty when there are no handlers", async () => {
    expect(renderCsv(await reportOf(), PLAIN)).toBe("");
    expect(renderCsv(await reportOf(), WITH_DETAIL)).toBe("");
  });

  test("is a line of name, tab and state for each handler, sorted by name, with a final newline", async () => {
    const report = await reportOf(
      ["UserService", { state: "RED", detail: "Service not available" }],
      ["DatabaseConnection", { state: "OK" }],
      ["Queue", { state: "YELLOW" }],
    );
    expect(renderCsv(report, PLAIN)).toBe("DatabaseConnection\tOK\nQueue\tYELLOW\nUserService\tRED\n");
  });

  test("has the detail in a third column when that is asked for", async () => {
    const report = await reportOf(
      ["B", { state: "RED", detail: "Service not available" }],
      ["A", { state: "OK" }],
    );
    expect(renderCsv(report, WITH_DETAIL)).toBe("A\tOK\t\nB\tRED\tService not available\n");
  });

  test("keeps the third column, but empty, where details are refused", async () => {
    const report = await reportOf(["A", { state: "RED", detail: "marker" }]);
    expect(renderCsv(report, { detailColumn: true, details: false })).toBe("A\tRED\t\n");
  });

  test("sorts by code point: capitals first, letters with marks last, emoji after all of them", async () => {
    const names = ["\u{1f600}", "\uff21", "ä", "b", "B", "a1", "a", "1"];
    const report = await reportOf(...names.map((name) => [name, { state: "OK" }] as const));
    const lines = renderCsv(report, PLAIN).trimEnd().split("\n");
    expect(lines.map((line) => line.split("\t")[0])).toEqual([
      "1",
      "B",
      "a",
      "a1",
      "b",
      "ä",
      "\uff21",
      "\u{1f600}",
    ]);
  });

  test.each([
    ["a tab", "one\ttwo", "one two"],
    ["a line feed", "one\ntwo", "one two"],
    ["a carriage return", "one\r\ntwo", "one  two"],
    ["an escape sequence", "\u001b[31mred\u001b[0m", " [31mred [0m"],
    ["a control character of C1", "one\u009b31mtwo", "one 31mtwo"],
    ["a formula with =", "=HYPERLINK(A1)", "'=HYPERLINK(A1)"],
    ["a formula with +", "+1+2", "'+1+2"],
    ["a formula with -", "-1+2", "'-1+2"],
    ["a formula with @", "@SUM(A1)", "'@SUM(A1)"],
    ["a formula behind what spreadsheets skip", "\t\u00a0=1+2", "' \u00a0=1+2"],
    ["a formula in full-width characters", "\uff1d1", "'\uff1d1"],
    ["an = further on", "a=b", "a=b"],
    ["quotes", 'the "best" one', 'the "best" one'],
    ["letters beyond ASCII", "zurück 数据 😀", "zurück 数据 😀"],
    ["a number", 7, "7"],
    ["zero", 0, "0"],
    ["false", false, "false"],
    ["null", null, ""],
    ["an object", { code: 7 }, ""],
    ["an array", [1, 2], ""],
  ])("writes a detail with %s in one cell", async (_, detail, cell) => {
    expect(renderCsv(await reportOf(["A", { state: "OK", detail }]), WITH_DETAIL)).toBe(`A\tOK\t${cell}\n`);
  });

  test.each([
    ["=HYPERLINK(A1)", "'=HYPERLINK(A1)"],
    ["+1+2", "'+1+2"],
    ["-1+2", "'-1+2"],
    ["@SUM(A1)", "'@SUM(A1)"],
    [" =1", "' =1"],
    ["\uff0b1", "'\uff0b1"],
    ["Database", "Database"],
    ["a=b", "a=b"],
    ["'=1", "'=1"],
  ])("writes the name %s so that it is no formula, with and without details", async (name, cell) => {
    const report = await reportOf([name, { state: "OK" }]);
    expect(renderCsv(report, PLAIN)).toBe(`${cell}\tOK\n`);
    expect(renderCsv(report, WITH_DETAIL)).toBe(`${cell}\tOK\t\n`);
  });
});
