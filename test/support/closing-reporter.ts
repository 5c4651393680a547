import type { Reporter, TestModule, TestSuite, Vitest } from "vitest/node";

/** Ends a run with the names of the skipped tests and a plain line that counts all tests. */
export class ClosingReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    // With `-t` nearly everything is skipped, on purpose.
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    // A file or a suite that fails outside its tests, in its imports or in a hook, counts as a failed test.
    const broken = modules
      .flatMap((module): (TestModule | TestSuite)[] => [module, ...module.children.allSuites()])
      .filter((suite) => suite.errors().length > 0).length;

    const skipped = tests.filter((test) => test.result().state === "skipped");
    if (skipped.length > 0 && !this.#filtered) {
      console.log("Skipped:");
      for (const test of skipped) console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`);
    }
    console.log(`${count("passed")} passed, ${count("failed") + broken} failed, ${skipped.length} skipped`);
  }
}
