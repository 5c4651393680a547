import { join } from "node:path";
import type { Reporter, TestModule, TestSuite, Vitest } from "vitest/node";
import { type CoverageMap, renderCoverage } from "./coverage-by-folder.ts";
import { COVERAGE_FLOORS } from "./coverage-floors.ts";

/** Ends a run with its coverage, the names of the skipped tests and a plain line that counts all tests. */
export class ClosingReporter implements Reporter {
  #filtered = false;
  #coverage: CoverageMap | undefined;

  onInit(vitest: Vitest): void {
    // With `-t` nearly everything is skipped, on purpose.
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  /** Called before the run ends, if coverage is measured. */
  onCoverage(coverage: unknown): void {
    this.#coverage = coverage as CoverageMap;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file or a suite that fails outside its tests, in its imports or in a hook, counts as a failed test.
    const broken = modules
      .flatMap((module): (TestModule | TestSuite)[] => [module, ...module.children.allSuites()])
      .filter((suite) => suite.errors().length > 0).length;

    if (this.#coverage !== undefined)
      console.log(renderCoverage(this.#coverage, join(import.meta.dirname, "../../src"), COVERAGE_FLOORS));
    const skipped = tests.filter((test) => test.result().state === "skipped");
    if (skipped.length > 0 && !this.#filtered) {
      console.log("Skipped:");
      for (const test of skipped) console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`);
    }
    console.log(`${count("passed")} passed, ${count("failed") + broken} failed, ${skipped.length} skipped`);
  }
}
