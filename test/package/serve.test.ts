import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { ask } from "../support/http.ts";
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { startProgram } from "../support/program.ts";
import { run } from "../support/run.ts";

const { consumer } = inject("packed");
const bin = join(consumer, "node_modules/svc-status/dist/cli/bin.js");

describe("the installed package", () => {
  test.each(NODE_MAJORS)("serves, reads again and ends on Node %d", async (major) => {
    const program = startProgram(await nodeOfMajor(major), [bin, "serve", "--port", "0"]);
    const port = Number(/:(\d+)$/.exec(await program.waitForLine(/^listening on /))?.[1]);
    expect((await ask(port, "/svc_status")).body).toMatch(/^Disk \/\t\w+\nEventLoop\tOK\nMemory\t\w+\n$/);
    program.kill("SIGHUP");
    await program.waitForLine(/^SIGHUP/);
    program.kill("SIGTERM");
    await program.waitForLine(/^SVC018 SIGTERM: decommissioned/);
    program.kill("SIGTERM");
    expect(await program.exit).toEqual({ code: null, signal: "SIGTERM" });
  });

  test("has a doctor", async () => {
    const args = [bin, "doctor", "--for", "alb", "--keep-alive", "5s"];
    const { code, stdout } = await run(process.execPath, args, consumer);
    expect(code).toBe(2);
    expect(stdout).toContain("cannot work: keepAliveTimeoutMs 5s ≤ balancerIdleMs 1m");
  });

  test("has the JSON Schema for editors", () => {
    const require = createRequire(join(consumer, "package.json"));
    expect(require("svc-status/config.schema.json")).toMatchObject({
      title: "svc-status serve",
      type: "object",
    });
  });
});
