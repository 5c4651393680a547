import { defineConfig, type ViteUserConfig } from "vitest/config";
import { ClosingReporter } from "./test/support/closing-reporter.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", new ClosingReporter()],
    coverage: { provider: "v8", include: ["src/**"] },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/package/**", "test/system/**"],
        },
      },
      {
        // One file at a time, after the unit tests, because real programs need both of two cores.
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          globalSetup: ["test/package/pack.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

export default config;
