// How Stryker looks for changes that no test notices. run.mjs selects the files.
export default {
  testRunner: "vitest",
  vitest: { configFile: "mutate/vitest.config.ts", related: false },
  coverageAnalysis: "perTest",
  ignoreStatic: true, // a mutant in code that runs at import would need all tests, in a new process
  concurrency: 1, // two cores: one for vitest, one for Stryker
  timeoutMS: 10_000,
  disableTypeChecks: false, // vitest checks no types
  tsconfigFile: "none", // Stryker reads it with an API that TypeScript 7 does not have
  tempDirName: "mutate/.sandbox",
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
};
