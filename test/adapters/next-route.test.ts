import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/frameworks/fetch.md"), "utf8");
const [, route = ""] = /^```ts no-run: it needs Next\.js\n(.*?)^```$/ms.exec(page) ?? [];

/** What `next build` does with a route, and then a request of somebody without a token. */
const PROGRAM = `${route}
const request = new Request("http://localhost/probe_status?body=OFF", { method: "POST" });
console.log((await answerStatus(new Request("http://localhost/probe_status"))).status, (await answerStatus(request)).status);
`;

test.each([
  ["is not set", [], "200 403"],
  ["is empty", ["PROBE_TOKEN="], "200 403"],
  ["is set", ["PROBE_TOKEN=a-long-secret-token"], "200 401"],
])(
  "the route for Next.js loads where PROBE_TOKEN %s, and lets nobody change the probe",
  async (_what, variables, statuses) => {
    const args = [
      "-u",
      "PROBE_TOKEN",
      ...variables,
      process.execPath,
      "--input-type=module",
      "--eval",
      PROGRAM,
    ];
    expect(await run("env", args, root)).toEqual({ code: 0, stdout: `${statuses}\n`, stderr: "" });
  },
);
