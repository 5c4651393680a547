import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CoverageMap, renderCoverage } from "./coverage-by-folder.ts";
import { COVERAGE_FLOORS } from "./coverage-floors.ts";

const COUNTS: Readonly<Record<string, { total: number; covered: number }>> = {
  "/src/index.ts": { total: 1, covered: 0 },
  "/src/http/service.ts": { total: 10, covered: 9 },
  "/src/core/state.ts": { total: 30, covered: 30 },
  "/src/core/pipeline/share.ts": { total: 10, covered: 5 },
};

const map: CoverageMap = {
  files: () => Object.keys(COUNTS),
  fileCoverageFor: (file) => ({
    toSummary: () => ({ statements: COUNTS[file] ?? { total: 0, covered: 0 } }),
  }),
};

test("the coverage is a line for each folder, with its floor", () => {
  expect(renderCoverage(map, "/src", { core: 80 })).toBe(
    [
      "Statements covered, by folder of src:",
      "  core        87.5 %  (floor 80)",
      "  http        90.0 %  (floor none)",
    ].join("\n"),
  );
});

test("each folder of src has a floor", () => {
  const folders = readdirSync(join(import.meta.dirname, "../../src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(Object.keys(COVERAGE_FLOORS).sort()).toEqual(folders.sort());
});
