import { beforeEach } from "vitest";

/** Such a test repeats something many times, and its name says how many. For each mutant that is too long. */
const LONG = /\d hours|\d,\d{3} rounds|\d schedules/;

// Stryker sets the pattern of names itself, so that the configuration cannot leave them out.
beforeEach(({ task, skip }) => {
  skip(LONG.test(task.name), "too long to run for each mutant");
});
