// Runs the benchmarks, one after the other: `npm run bench`, or `npm run bench -- background` for one of them.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const BENCHMARKS = ["background", "cli", "leaving"];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !BENCHMARKS.includes(name));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(", ")}, but ${BENCHMARKS.join(", ")}`);

for (const name of wanted.length > 0 ? wanted : BENCHMARKS) {
  console.log(`# ${name}`);
  const args = ["--expose-gc", join(import.meta.dirname, `${name}.mjs`)];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
