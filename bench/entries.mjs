// The files and bytes that each entry loads. A test enforces their maximum, because they do not depend on the machine.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listLoadedFiles } from "./support/loaded-files.mjs";
import { publish } from "./support/rows.mjs";

/**
 * The goal: no more than before the package was CommonJS; but the sentinel's thread is one file for bundlers to copy
 * now. A test holds the maximum, so that an entry does not grow unnoticed.
 */
const GOALS = JSON.parse(readFileSync(join(import.meta.dirname, "support/entry-goals.json"), "utf8"));
const KILOBYTE = 1_000;
const root = join(import.meta.dirname, "..");
const dist = new URL("../dist/", import.meta.url).href;

for (const [entries, { maxFiles, goalKilobytes }] of Object.entries(GOALS)) {
  const program = entries
    .split(" ")
    .map((entry) => `await import("${entry}");`)
    .join("");
  const args = ["--input-type=module", "--eval", program];
  const files = await listLoadedFiles(args, dist, root);
  const bytes = files.reduce((sum, url) => sum + statSync(fileURLToPath(url)).size, 0);
  publish({ what: `\`${entries}\`: files`, samples: [files.length], max: maxFiles });
  publish({ what: `\`${entries}\``, samples: [bytes / KILOBYTE], unit: " kB", max: goalKilobytes });
}
