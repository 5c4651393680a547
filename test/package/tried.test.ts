import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderBundlers, renderRunners } from "./tried/table.ts";

const docs = join(import.meta.dirname, "../../docs");

// What the tests beside this one try. To write the tables into the documentation: SVC_STATUS_TRIED=1.
test.each([
  ["bundlers", "bundlers.md", renderBundlers],
  ["runners", "testing.md", renderRunners],
])("the documentation has the table of %s that were tried", (name, page, render) => {
  const path = join(docs, page);
  const text = readFileSync(path, "utf8");
  const [before, rest] = splitOnce(text, `<!-- tried: ${name} -->\n`);
  const [, after] = splitOnce(rest, "<!-- end -->");
  const expected = `${before}<!-- tried: ${name} -->\n\n${render()}\n\n<!-- end -->${after}`;
  if (process.env["SVC_STATUS_TRIED"]) writeFileSync(path, expected);
  expect(readFileSync(path, "utf8")).toBe(expected);
});

function splitOnce(text: string, mark: string): readonly [before: string, after: string] {
  const index = text.indexOf(mark);
  if (index === -1) throw new Error(`expected ${mark}`);
  return [text.slice(0, index), text.slice(index + mark.length)];
}
