import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { toUsage } from "../../../src/cli/help.ts";
import { run } from "../../support/run.ts";
import { describeWithProgram } from "../../support/system.ts";

const PAGE = join(import.meta.dirname, "../../../dist/svc-status.1.gz");

describeWithProgram(["man"], "the manual page", () => {
  test("is right in the eyes of man, and tells about each command and option", async () => {
    const { code, stdout, stderr } = await run("man", ["--warnings", "--encoding=utf8", "-l", PAGE], "/");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const page = stdout.replace(/\u2010\n\s+/g, "").replace(/\s+/g, " ");
    for (const [name, { definition }] of Object.entries(COMMANDS)) {
      expect(page).toContain(toUsage(name, definition));
      for (const option of Object.keys(definition.options)) expect(page).toContain(`--${option} `);
      for (const [line] of definition.examples) expect(page).toContain(`svc-status ${line}`);
    }
  });
});
