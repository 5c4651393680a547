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

test.each([
  ["Bun 1", "bun@1", ["bun"]],
  ["Deno 2", "deno@2", ["deno", "run", "--allow-net=127.0.0.1", "--allow-read", "--no-prompt"]],
])("the adapters for the Fetch API answer on %s", async (_name, package_, command) => {
  const args = ["-y", "-p", package_, "--", ...command, "test/package/runtime.mjs"];
  const { code, stdout, stderr } = await run("npx", args, root);
  const lines = stdout.split("\n").map((line) => line.trimEnd());
  expect(code, stderr).toBe(0);
  expect(lines.filter((line) => line !== "")).toEqual(EXPECTED.trim().split("\n"));
});
