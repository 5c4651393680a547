import { describe, expect, test } from "vitest";
import { CliError } from "../../src/cli/cli-error.ts";
import { describeFailure } from "../../src/cli/describe-failure.ts";

describe("a failure", () => {
  test("that somebody can mend is its message", () => {
    expect(describeFailure(new CliError("no\u001b[31m answer\nat all"), false)).toBe(
      "svc-status: no answer at all\n",
    );
  });

  test.each([
    [new Error("out of\nideas"), "out of ideas"],
    ["thrown", "thrown"],
    [undefined, "undefined"],
  ])("of our own is one line too: %s", (error, message) => {
    expect(describeFailure(error, false)).toBe(
      `svc-status: internal error: ${message}. Use --debug for the stack trace, and report it\n`,
    );
  });

  test("of our own shows no secret, with --debug neither", () => {
    const error = new Error("connect redis://:hunter2@cache failed", { cause: new Error("token=hunter2") });
    expect(describeFailure(error, false)).toContain("internal error: connect redis://***@cache failed.");
    expect(describeFailure(error, true)).not.toContain("hunter2");
  });

  test("has its stack, and those of its causes, with --debug", () => {
    const error = new CliError("no answer", { cause: new Error("reset\u001b[31m", { cause: "text" }) });
    const lines = describeFailure(error, true).split("\n");
    expect(lines.slice(0, 2)).toEqual(["svc-status: no answer", "CliError: no answer"]);
    expect(lines).toContain("caused by Error: reset");
    expect(lines.filter((line) => line.startsWith("    at ")).length).toBeGreaterThan(2);
  });
});
