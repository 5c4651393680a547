import { defineConfig, type ViteUserConfig } from "vitest/config";
import { ClosingReporter } from "./test/support/closing-reporter.ts";
import { COVERAGE_FLOORS } from "./test/support/coverage-floors.ts";

/**
 * Conditions come true in milliseconds, but later on a busy machine. These limits only end a test whose condition never
 * comes true. A test that asserts a time contains that time.
 */
const PATIENCE_MS = 20_000;

const expect = { poll: { timeout: PATIENCE_MS } };

const thresholds = Object.fromEntries(
  Object.entries(COVERAGE_FLOORS).map(([folder, statements]) => [`src/${folder}/**`, { statements }]),
);

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", new ClosingReporter()],
    // Measured with --coverage only. The closing reporter prints it, so that no files are written.
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/http/page/client/**"], // runs in browsers
      reporter: [],
      thresholds,
    },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/package/**", "test/system/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect,
        },
      },
      {
        // One file at a time, after the unit tests, because real programs need both of two cores.
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect,
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
          expect,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

export default config;
