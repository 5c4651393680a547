import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");
const names = readdirSync(join(root, "src/checks"))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length));

/** What several checks have in common, and their options extend. */
const limits = readFileSync(join(root, "src/checks/support/database-limits.ts"), "utf8");

/** The options of a check with their defaults, as its source says. */
function readOptions(source: string): Record<string, string> {
  const declaration = /^export interface \w+Options (?:extends (\w+) )?\{(?:\}|\n(.*?)^\})/ms;
  const [, extended, own = ""] = declaration.exec(source) ?? [];
  const [, inherited = ""] =
    new RegExp(`^export interface ${extended} \\{(.*?)^\\}$`, "ms").exec(limits) ?? [];
  const body = inherited + own;
  const options = [...body.matchAll(/\/\*\*(.*?)\*\/\s*readonly (\w+)(\??):/gs)];
  return Object.fromEntries(
    options.map(([, comment = "", name = "", optional]) => [
      name,
      optional === "" ? "required" : (/@default (.*?)\s*(?:\n|$)/.exec(comment)?.[1] ?? "none"),
    ]),
  );
}

/** The rows of the page's table of options. */
function readTable(page: string): Record<string, string> {
  const [, section = ""] = /^## Options\n(.*?)^## /ms.exec(page) ?? [];
  const rows = [...section.matchAll(/^\| `(\w+)` +\|.*\| (.*?) +\|$/gm)];
  return Object.fromEntries(rows.map(([, name = "", value = ""]) => [name, value.replaceAll("`", "")]));
}

test("there are all twenty", () => {
  expect(names).toHaveLength(20);
});

describe.each(names)("the check in %s", (name) => {
  const source = readFileSync(join(root, `src/checks/${name}.ts`), "utf8");
  const path = join(root, `docs/checks/${name}.md`);
  const page = existsSync(path) ? readFileSync(path, "utf8") : "";

  test("is exported by the package", () => {
    expect(manifest.exports).toHaveProperty([`./checks/${name}`], {
      types: `./dist/checks/${name}.d.ts`,
      default: `./dist/checks/${name}.js`,
    });
  });

  test("has a page like all others", () => {
    const headings = page.split("\n").filter((line) => /^#+ /.test(line));
    const [, title] = /^export function (\w+)/m.exec(source) ?? [];
    expect(headings).toEqual([`# ${title}`, "## Use", "## States", "## Options", "## Good to know"]);
    expect(page).toContain(`import { ${title} } from "svc-status/checks/${name}";`);
  });

  test("has all its options and their defaults on the page", () => {
    expect(readTable(page)).toEqual(
      Object.fromEntries(
        Object.entries(readOptions(source)).map(([key, value]) => [key, value.replaceAll("`", "")]),
      ),
    );
  });

  test("stands in the same order as all others: types, constants, the function, its helpers", () => {
    const exported = source.search(/^export function /m);
    const lastType = Math.max(
      ...[...source.matchAll(/^export (?:interface|type) /gm)].map(({ index }) => index),
    );
    const constants = [...source.matchAll(/^const /gm)].map(({ index }) => index);
    expect(lastType).toBeLessThan(exported);
    expect(constants.filter((index) => index > exported || index < lastType)).toEqual([]);
    expect(source.slice(0, exported)).not.toMatch(/^(?:async )?function /m);
    expect(source).toMatch(/@example\n[\s\S]*@throws TypeError/);
  });
});

test("the index is what scripts/checks-index.mjs writes (npm run docs)", async () => {
  const { stdout } = await run(process.execPath, ["scripts/checks-index.mjs", "--print"], root);
  expect(readFileSync(join(root, "docs/checks/README.md"), "utf8")).toBe(stdout);
});
