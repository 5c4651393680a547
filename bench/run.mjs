// Runs the benchmarks of this folder, one after the other: `npm run bench`, or `npm run bench -- background`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const wanted = process.argv.slice(2);
const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".mjs") && file !== "run.mjs");

for (const file of files.sort()) {
  const name = file.slice(0, -".mjs".length);
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`# ${name}`);
  const { status } = spawnSync(process.execPath, ["--expose-gc", join(import.meta.dirname, file)], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
