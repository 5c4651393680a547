import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Outcome, run } from "../support/run.ts";

const fixtures = join(import.meta.dirname, "../fixtures");

/** Runs a program that imports the built package. It has to end by itself: nobody ends it. */
function runFixture(name: string): Promise<Outcome> {
  return run(process.execPath, [join(fixtures, name)], fixtures);
}

describe("a process with nothing else to do exits", { timeout: 60_000 }, () => {
  test("after a report on a handler that never settles", async () => {
    expect(await runFixture("exit-hanging.mjs")).toEqual({
      code: 0,
      stdout: "Hangs RED timeout\nWorks OK -\n",
      stderr: "",
    });
  });

  test("without waiting for deadlines that mean nothing any more", async () => {
    expect(await runFixture("exit-answered.mjs")).toEqual({ code: 0, stdout: "OK 1\ntrue\n", stderr: "" });
  });

  test("in good order after handlers that failed in every way", async () => {
    expect(await runFixture("exit-failing.mjs")).toEqual({
      code: 0,
      stdout: "RED threw threw threw invalid invalid invalid timeout timeout timeout\n",
      stderr: "",
    });
  });
});
