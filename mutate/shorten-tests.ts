import fc from "fast-check";
import { beforeEach, inject, vi } from "vitest";

/**
 * Tests that repeat something many times have the number in their name. They take too long for each mutant.
 */
const LONG = /\d hours|\d,\d{3} rounds|\d schedules/;

// Stryker sets the name pattern itself, so that the configuration cannot exclude these tests.
beforeEach(({ task, skip }) => {
  skip(LONG.test(task.name), "too long to run for each mutant");
});

if (inject("mode" as never) === "mutant") {
  // Stryker ends an endless test only after 10 s, and then starts a new process.
  vi.setConfig({ testTimeout: 5_000 });
  // A smaller counterexample takes long to find, and nobody reads it.
  fc.configureGlobal({ endOnFailure: true });
}
