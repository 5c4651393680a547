import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";

/** Set by .ci/run, which installs every program: there a missing one is a failure. */
const required = process.env["SVC_STATUS_REQUIRE_SYSTEM"] === "1";

/** A suite that needs real programs; without them it is skipped and its name says which are missing. */
export function describeWithProgram(programs: readonly string[], name: string, suite: () => void): void {
  const missing = programs.filter((program) => !isOnPath(program)).join(", ");
  if (missing === "") {
    describe(name, suite);
  } else if (required) {
    test(name, () => {
      throw new Error(`not on PATH: ${missing}`);
    });
  } else {
    describe.skip(`${name} (not on PATH: ${missing})`, suite);
  }
}

function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
