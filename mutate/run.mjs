// Makes small changes to the sources, and lists the changes that no test notices.
//
//   npm run mutate -- src/core                      a folder, with all folders in it, and its tests in test/core
//   npm run mutate -- src/http/access.ts            a file
//   npm run mutate -- src/core/a.ts test/core/a.test.ts   only with these tests: faster, while you write them
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const mutate = import.meta.dirname;
const root = join(mutate, "..");

const paths = process.argv.slice(2).map((path) => join(path).replace(/\/$/, ""));
const missing = paths.filter((path) => !existsSync(join(root, path)));
if (missing.length > 0) throw new Error(`there is no ${missing.join(", ")}`);
const tests = paths.filter((path) => path.startsWith("test/"));
const sources = paths.filter((path) => !tests.includes(path));
if (sources.length === 0) throw new Error("name a folder or file of src: npm run mutate -- src/core");

if (!existsSync(join(mutate, "node_modules/.package-lock.json")))
  execute("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], mutate);
const stryker = join(mutate, "node_modules/@stryker-mutator/core/bin/stryker.js");
const config = join(mutate, "stryker.config.mjs");
// Stryker starts vitest itself, so the vitest configuration reads its input from the environment.
execute(process.execPath, [stryker, "run", config, "--mutate", sources.map(toPattern).join(",")], root, {
  MUTATED_SOURCES: sources.join(","),
  MUTATED_BY_TESTS: tests.join(","),
});

function toPattern(path) {
  return statSync(join(root, path)).isDirectory() ? `${path}/**/*.ts` : path;
}

function execute(program, programArgs, cwd, env = {}) {
  try {
    execFileSync(program, programArgs, { cwd, stdio: "inherit", env: { ...process.env, ...env } });
  } catch (error) {
    process.exit(error.status ?? 1); // it has already printed the error
  }
}
