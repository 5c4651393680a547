// Runs the benchmarks, one after the other, each in a separate process.
//
//   npm run bench                 all that run by default; writes docs/benchmarks.md and bench/results.json
//   npm run bench -- NAME…        only these; prints, and writes nothing
//   npm run bench -- --write NAME…  only these, and puts them in place of their last results
//   npm run bench -- soak --minutes=3  other options are for the benchmark itself
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "./support/machine.mjs";
import { readResults, writeResults } from "./support/results.mjs";
import { toLine } from "./support/rows.mjs";

/**
 * Every benchmark: its file in this folder, and whether it runs by default. The default benchmarks take less
 * than ten minutes together.
 */
const BENCHMARKS = {
  probe: { byDefault: true },
  report: { byDefault: true },
  shared: { byDefault: true },
  hung: { byDefault: true },
  render: { byDefault: true },
  redact: { byDefault: true },
  import: { byDefault: true },
  entries: { byDefault: true },
  install: { byDefault: true },
  cli: { byDefault: true },
  sustained: { byDefault: true },
  background: { byDefault: true },
  page: { byDefault: true },
  recorder: { byDefault: true },
  rules: { byDefault: false },
  fleet: { byDefault: false },
  leaving: { byDefault: false },
  busy: { byDefault: false },
  soak: { byDefault: false },
};

const args = process.argv.slice(2);
const named = args.filter((arg) => !arg.startsWith("--"));
const options = args.filter((arg) => arg.startsWith("--") && arg !== "--write");
if (options.length > 0 && named.length !== 1)
  throw new Error(`${options.join(" ")}: expected one benchmark to give that to, got ${named.length}`);
// Its rows would take the place of all.
if (args.includes("--write") && options.some((option) => option.startsWith("--only")))
  throw new Error("--write: expected the whole benchmark, got some of its rows (--only)");
const unknown = named.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0)
  throw new Error(`there is no ${unknown.join(", ")}, but ${Object.keys(BENCHMARKS).join(", ")}`);

const defaults = Object.keys(BENCHMARKS).filter((name) => BENCHMARKS[name].byDefault);
const names = named.length > 0 ? named : defaults;

prepare();
const startedAt = performance.now();
const results = {};
for (const name of names) results[name] = { machine: describeMachine(), rows: await runBenchmark(name) };
console.log(`\n${names.length} benchmarks took ${Math.round((performance.now() - startedAt) / 1_000)} s`);
if (named.length === 0 || args.includes("--write")) writeResults(merge(readResults(), results));

/** In the order of the table, without benchmarks that no longer exist. */
function merge(former, latest) {
  const merged = { ...former, ...latest };
  const known = Object.keys(BENCHMARKS).filter((name) => merged[name]?.rows.length > 0);
  return Object.fromEntries(known.map((name) => [name, merged[name]]));
}

/** Also works in a clean checkout: installs what is missing, and builds what is measured. */
function prepare() {
  const bench = import.meta.dirname;
  const root = join(bench, "..");
  for (const folder of [root, bench]) {
    const isInstalled = existsSync(join(folder, "node_modules/.package-lock.json"));
    if (!isInstalled) npm(folder, "ci", "--no-audit", "--no-fund", "--loglevel=error");
  }
  npm(root, "run", "--silent", "build");
}

function npm(cwd, ...npmArgs) {
  execFileSync("npm", npmArgs, { cwd, stdio: "inherit" });
}

async function runBenchmark(name) {
  console.log(`\n# ${name}\n`);
  const child = fork(join(import.meta.dirname, `${name}.mjs`), options, { execArgv: ["--expose-gc"] });
  const rows = [];
  child.on("message", (row) => {
    rows.push(row);
    console.log(toLine(row));
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the benchmark ${name} has failed`);
  return rows;
}
