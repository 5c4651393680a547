import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { findTests } from "./find-tests.ts";

const root = join(import.meta.dirname, "..");

const config: ViteUserConfig = defineConfig({
  root,
  test: {
    include: findTests(root, { sources: listOf("MUTATED_SOURCES"), tests: listOf("MUTATED_BY_TESTS") }),
    setupFiles: ["mutate/shorten-tests.ts"],
    isolate: false,
    testTimeout: 60_000, // when all tests run, to find out which mutants they reach
  },
});

export default config;

/** The paths given to run.mjs. */
function listOf(variable: string): string[] {
  return (process.env[variable] ?? "").split(",").filter((path) => path !== "");
}
