import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");
const OWN_MAJOR = Number(process.versions.node.split(".")[0]);

describe("the contract of the adapters", () => {
  // The Node that runs this test runs the contract anyway.
  test.each(NODE_MAJORS.filter((major) => major !== OWN_MAJOR))("holds on Node %i", async (major) => {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--project", "unit", "test/contract", "--reporter", "json"];
    const { code, stdout, stderr } = await run(await nodeOfMajor(major), args, root);
    expect(code, `${findFailures(stdout).join("\n")}\n${stderr.slice(-2_000)}`).toBe(0);
    const { numPassedTests, numTotalTests } = JSON.parse(stdout) as Results;
    expect(numTotalTests).toBeGreaterThan(2_000);
    expect(numPassedTests).toBe(numTotalTests);
  });
});

interface Results {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** The messages of what failed. */
function findFailures(stdout: string): readonly string[] {
  const { testResults } = JSON.parse(stdout) as Results;
  return testResults.flatMap(({ message, assertionResults }) => [
    message,
    ...assertionResults
      .filter(({ status }) => status === "failed")
      .flatMap(({ fullName, failureMessages }) => [fullName, ...failureMessages]),
  ]);
}
