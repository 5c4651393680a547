// Stores the raw figures as JSON, and writes docs/benchmarks.md from nothing else.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderLeaving } from "./leaving-tables.mjs";
import { renderPage } from "./page.mjs";

const RESULTS = join(import.meta.dirname, "../results.json");
const PAGE = join(import.meta.dirname, "../../docs/benchmarks.md");
const LEAVING = join(import.meta.dirname, "../../docs/leaving.md");

/** The results of the last run, by benchmark. */
export function readResults() {
  return existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, "utf8")) : {};
}

export function writeResults(results) {
  writeFileSync(RESULTS, `${JSON.stringify(results, roundNumber, 1)}\n`);
  writeFileSync(PAGE, renderPage(results));
  writeFileSync(LEAVING, renderLeaving(readFileSync(LEAVING, "utf8"), results));
}

/** More digits than these are noise. */
function roundNumber(_key, value) {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}
