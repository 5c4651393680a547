import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");

const EXPECTED = `
fetch GET /svc_status 200 12 Database	OK
fetch HEAD /svc_status 200 12
fetch POST /probe_status?body=OFF 403 10 forbidden
fetch GET /probe_status 200 2 OK
fetch GET /hello 200 5 hello
fetch, with the address GET /svc_status 200 12 Database	OK
fetch, with the address HEAD /svc_status 200 12
fetch, with the address POST /probe_status?body=OFF 200 3 OFF
fetch, with the address GET /probe_status 503 3 OFF
fetch, with the address GET /hello 200 5 hello
hono GET /svc_status 200 12 Database	OK
hono HEAD /svc_status 200 12
hono POST /probe_status?body=OFF 200 3 OFF
hono GET /probe_status 503 3 OFF
hono GET /hello 200 5 hello
`;

const RUNTIMES = {
  bun: { name: "Bun 1", package_: "bun@1", command: ["bun"] },
  deno: {
    name: "Deno 2",
    package_: "deno@2",
    command: ["deno", "run", "--allow-net=127.0.0.1", "--allow-read", "--no-prompt"],
  },
};

/** Runs a script of this folder, and gives the lines that it prints. */
async function runOn({ package_, command }: (typeof RUNTIMES)["bun"], script: string): Promise<string[]> {
  const args = ["-y", "-p", package_, "--", ...command, `test/package/${script}`];
  const { code, stdout, stderr } = await run("npx", args, root);
  expect(code, stderr).toBe(0);
  const lines = stdout.split("\n").map((line) => line.trimEnd());
  return lines.filter((line) => line !== "");
}

test.each([RUNTIMES.bun, RUNTIMES.deno])(
  "the adapters for the Fetch API answer on $name",
  async (runtime) => {
    expect(await runOn(runtime, "runtime.mjs")).toEqual(EXPECTED.trim().split("\n"));
  },
);

test("eventLoop sees a blocked loop on Bun, and judges the delay alone", async () => {
  expect(await runOn(RUNTIMES.bun, "runtime-event-loop.mjs")).toEqual(["YELLOW delay_seconds"]);
});

test("eventLoop refuses Deno, where it would see no blocked loop", async () => {
  expect(await runOn(RUNTIMES.deno, "runtime-event-loop.mjs")).toEqual([
    "eventLoop: expected a runtime that measures the delay of its event loop, as Node.js does, got Deno",
  ]);
});
