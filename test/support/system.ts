import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";

/** Set by .ci/run, which installs every program: there a missing one is a failure. */
const required = process.env["SVC_STATUS_REQUIRE_SYSTEM"] === "1";

/** Where Debian keeps servers that are not for everybody's PATH. The first are wrapped there by scripts for root. */
const FOLDERS: readonly string[] = ["/usr/lib/rabbitmq/bin", ...findPostgresFolders(), "/usr/sbin"];

/** A suite that needs real programs; without them it is skipped and its name says which are missing. */
export function describeWithProgram(programs: readonly string[], name: string, suite: () => void): void {
  const missing = programs.filter((program) => findProgram(program) === undefined).join(", ");
  if (missing === "") {
    describe(name, suite);
  } else if (required) {
    test(name, () => {
      throw new Error(`not found: ${missing}`);
    });
  } else {
    describe.skip(`${name} (not found: ${missing})`, suite);
  }
}

/** The path of a program that is on PATH, or where Debian puts it beside. */
export function findProgram(program: string): string | undefined {
  return [...FOLDERS, ...(process.env["PATH"] ?? "").split(delimiter)]
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

/** The newest first. */
function findPostgresFolders(): string[] {
  const base = "/usr/lib/postgresql";
  try {
    return readdirSync(base)
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => join(base, version, "bin"));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
