import { relative, sep } from "node:path";

/** What is used of the coverage map that vitest hands to reporters. */
export interface CoverageMap {
  files(): readonly string[];
  fileCoverageFor(file: string): {
    toSummary(): { readonly statements: { readonly total: number; readonly covered: number } };
  };
}

/** A line for each folder of `src`, with the statements that were executed and the floor. */
export function renderCoverage(
  map: CoverageMap,
  src: string,
  floors: Readonly<Record<string, number>>,
): string {
  const counts = new Map<string, { total: number; covered: number }>();
  for (const file of map.files()) {
    const [folder = "", ...rest] = relative(src, file).split(sep);
    if (rest.length === 0) continue; // src/index.ts, which only exports
    const { statements } = map.fileCoverageFor(file).toSummary();
    const { total, covered } = counts.get(folder) ?? { total: 0, covered: 0 };
    counts.set(folder, { total: total + statements.total, covered: covered + statements.covered });
  }
  const lines = [...counts].sort().map(([folder, { total, covered }]) => {
    const percent = ((100 * covered) / Math.max(total, 1)).toFixed(1);
    return `  ${folder.padEnd(10)} ${percent.padStart(5)} %  (floor ${floors[folder] ?? "none"})`;
  });
  return ["Statements covered, by folder of src:", ...lines].join("\n");
}
