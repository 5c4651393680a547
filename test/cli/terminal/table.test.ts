import { describe, expect, test } from "vitest";
import type { HandlerStatus } from "../../../src/cli/client/service-status.ts";
import { createPaint } from "../../../src/cli/terminal/style.ts";
import { MAX_ALIGNED_WIDTH, renderTable } from "../../../src/cli/terminal/table.ts";
import { toWidth } from "../../../src/cli/terminal/width.ts";

const HANDLERS: readonly HandlerStatus[] = [
  { name: "数据库", state: "OK", detail: "", labels: [] },
  {
    name: "Import",
    state: "YELLOW",
    detail: "slow",
    labels: [
      ["rows", 120],
      ["errors", 7],
    ],
  },
  { name: "UserService", state: "RED", detail: "a\u001b[2Jb", labels: [] },
];

const plain = createPaint(false);

describe("the table", () => {
  test("is aligned by columns of the terminal, and cuts nothing where there is none", () => {
    expect(renderTable(HANDLERS, { columns: Number.POSITIVE_INFINITY, paint: plain })).toEqual([
      "NAME         STATE   DETAIL",
      "数据库       OK",
      "Import       YELLOW  slow (rows=120, errors=7)",
      "UserService  RED     ab",
    ]);
  });

  test("leaves out since when, unless it fits into the width", () => {
    const handlers = [{ name: "Database", state: "YELLOW", detail: "slow", labels: [], forMs: 0 } as const];
    const render = (columns: number): readonly string[] => renderTable(handlers, { columns, paint: plain });
    expect(render(23)).toEqual(["NAME      STATE   SINC…", "Database  YELLOW  0 s"]);
    expect(render(22)).toEqual(["NAME      STATE   DET…", "Database  YELLOW  slow"]);
  });

  test("is not made wider by a name that is longer than names are", () => {
    const named = (name: string) => ({ name, state: "OK", detail: "", labels: [] }) as const;
    const aligned = "a".repeat(MAX_ALIGNED_WIDTH);
    const handlers = [named("A"), named(aligned), named(`${aligned}a`)];
    const [, first = "", second = "", third = ""] = renderTable(handlers, {
      columns: Number.POSITIVE_INFINITY,
      paint: plain,
    });
    expect(first).toBe(`${"A".padEnd(MAX_ALIGNED_WIDTH)}  OK`);
    expect(second).toBe(`${aligned}  OK`);
    expect(third).toBe(`${aligned}a  OK`);
  });

  test("has the colours of the states, and words too", () => {
    const [, ok, yellow, red] = renderTable(HANDLERS, { columns: 80, paint: createPaint(true) });
    expect(ok).toContain("\u001b[32mOK\u001b[0m");
    expect(yellow).toContain("\u001b[33mYELLOW\u001b[0m");
    expect(red).toContain("\u001b[1;31mRED\u001b[0m");
  });

  test.each([80, 40, 25, 16])("is never wider than %d columns", (columns) => {
    const long = HANDLERS.map((handler) => ({
      ...handler,
      name: handler.name.repeat(20),
      detail: "數".repeat(100),
    }));
    const lines = renderTable(long, { columns, paint: plain });
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(toWidth(line)).toBeLessThanOrEqual(columns);
    expect(lines.filter((line) => /OK|YELLOW|RED/.test(line))).toHaveLength(3);
  });
});
