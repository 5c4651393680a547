// The cost of importing the package, each time in a new process.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { listLoadedFiles } from "./support/loaded-files.mjs";
import { publish } from "./support/rows.mjs";

const ROUNDS = 21;
const MEBIBYTE = 2 ** 20;
/** Otherwise a few bytes decide whether the collector runs meanwhile, which takes 0.8 MiB. */
const YOUNG = "--min-semi-space-size=16";
const IMPORTER = join(import.meta.dirname, "support/importer.mjs");

const PATHS = ["../../dist/index.js", "../../dist/adapters/node.js"];
const DIST = new URL("../dist/", import.meta.url).href;

const bare = [];
const ours = [];
for (let round = 0; round < ROUNDS; round += 1) {
  bare.push(measure());
  ours.push(measure(...PATHS));
}

publish({
  what: "time",
  samples: ours.map(({ tookMs }) => tookMs),
  unit: " ms",
  max: 8,
});
publish({
  what: "resident memory",
  samples: ours.map(({ rssBytes }, round) => (rssBytes - bare[round].rssBytes) / MEBIBYTE),
  unit: " MiB",
  max: 2,
});
const files = await listLoadedFiles([IMPORTER, ...PATHS], DIST);
publish({ what: "files", samples: [files.length], max: 30 });

function measure(...paths) {
  const text = execFileSync(process.execPath, [YOUNG, IMPORTER, ...paths], { encoding: "utf8" });
  return JSON.parse(text);
}
