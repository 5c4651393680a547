import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/architecture.md"), "utf8");

interface Station {
  readonly file: string;
  /** The file that imports it; empty for the first station of a story. */
  readonly from: string;
}

/** The rows of the tables: `| station | file | from |`. */
const STATIONS: readonly Station[] = [
  ...page.matchAll(/^\| .* \| `(src\/[^`]+)` +\| (?:`(src\/[^`]+)`)? *\|$/gm),
].map(([, file = "", from = ""]) => ({ file, from }));

/** The files that a file imports, relative to the repository. */
function importsOf(file: string): string[] {
  const code = readFileSync(join(root, file), "utf8");
  return [...code.matchAll(/\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/g)].map(([, path, later]) =>
    posix.join(posix.dirname(file), path ?? later ?? ""),
  );
}

describe("docs/architecture.md", () => {
  test("has a table row for each station, and the beginning of each of the two stories", () => {
    const rows = page.split("\n").filter((line) => /^\| .*`src\//.test(line));
    expect(STATIONS).toHaveLength(rows.length);
    expect(STATIONS.filter(({ from }) => from === "").map(({ file }) => file)).toEqual([
      "src/adapters/node.ts",
      "src/drain/signals.ts",
    ]);
  });

  test.each(STATIONS.filter(({ from }) => from !== ""))(
    "tells that $from imports $file",
    ({ file, from }) => {
      expect(importsOf(from)).toContain(file);
    },
  );

  test("names only files that exist", () => {
    const named = [...page.matchAll(/`(src\/[^`]+)`/g)].map(([, file = ""]) => file);
    expect(named.length).toBeGreaterThan(STATIONS.length);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test("follows each story: a station comes from an earlier one", () => {
    const early = STATIONS.filter(({ from }, index) => {
      const earlier = STATIONS.slice(0, index).map(({ file }) => file);
      return from !== "" && !earlier.includes(from);
    });
    expect(early).toEqual([]);
  });
});
