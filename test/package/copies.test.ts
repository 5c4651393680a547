import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { ask } from "../support/http.ts";
import { startProgram } from "../support/program.ts";
import { run } from "../support/run.ts";
import { expectSuccess, installBeside } from "./tried/install.ts";
import { NEXT } from "./tried/table.ts";

const { consumer } = inject("packed");

/** Registers a handler with one copy, and asks another one. */
const ASK = `
require("one").addStatusHandler("Database", () => ({ state: "OK" }));
require("other/ask")("/svc_status").then(({ body }) => console.log(JSON.stringify(body)));
`;

describe("two copies of the package in one process", () => {
  let folder: string;

  beforeAll(async () => {
    folder = join(dirname(consumer), "two-copies");
    await installCopy("one");
    await installCopy("other");
    const code = 'module.exports = require("svc-status/testing").createAsk();';
    await writeFile(join(folder, "node_modules/other/ask.js"), code);
    await writeFile(join(folder, "ask.cjs"), ASK);
  });

  /** A package with a copy of its own. */
  async function installCopy(name: string): Promise<void> {
    const own = join(folder, "node_modules", name);
    await mkdir(own, { recursive: true });
    await cp(join(consumer, "node_modules/svc-status"), join(own, "node_modules/svc-status"), {
      recursive: true,
    });
    await writeFile(join(own, "package.json"), `{ "name": "${name}", "main": "main.js" }`);
    await writeFile(join(own, "main.js"), 'module.exports = require("svc-status");');
  }

  test("have one default registry", async () => {
    const outcome = await run(process.execPath, ["ask.cjs"], folder);
    expect(outcome).toEqual({ code: 0, stdout: '"Database\\tOK\\n"\n', stderr: "" });
  });

  test("share nothing where one has another contract, and say so", async () => {
    const core = join(folder, "node_modules/other/node_modules/svc-status/dist/core.js");
    const code = await readFile(core, "utf8");
    const changed = code
      .replace(/\bcontract:1\b/g, "contract:2")
      .replace(/\b1===(\w+\.contract)\b/g, "2===$1");
    expect(changed).not.toBe(code);
    await writeFile(core, changed);
    const { code: exitCode, stdout, stderr } = await run(process.execPath, ["ask.cjs"], folder);
    await writeFile(core, code);
    expect(exitCode).toBe(0);
    expect(stdout).toBe('""\n');
    expect(stderr).toMatch(/\[SVC_STATUS_COPIES\] Warning: svc-status \S+ and \S+ are both in this process/);
    expect(stderr).toMatch(/\[SVC_STATUS_EMPTY\] Warning: the status was requested, but no handler/);
  });
});

const ROUTE = `
import { serviceStatus } from "svc-status/fetch";
export const dynamic = "force-dynamic";
export const GET = serviceStatus();
`;

describe("Next.js", () => {
  const FILES = {
    "app/layout.js": "export default ({ children }) => <html><body>{children}</body></html>;",
    "app/page.js": "export default () => <p>hello</p>;",
    "app/svc_status.json/route.js": ROUTE,
    "app/svc_status.html/route.js": ROUTE,
    "instrumentation.js": `
      export async function register() {
        if (process.env.NEXT_RUNTIME !== "nodejs") return;
        const { addStatusHandler } = await import("svc-status");
        addStatusHandler("Database", () => ({ state: "OK" }));
      }`,
  };

  test("shows in a route what the instrumentation registered, without configuration", async () => {
    const folder = await installBeside("next", { next: NEXT, react: "19.2.0", "react-dom": "19.2.0" });
    for (const [path, code] of Object.entries(FILES)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), code);
    }
    const next = join(folder, "node_modules/next/dist/bin/next");
    await expectSuccess(run(process.execPath, [next, "build"], folder));
    const program = startProgram(process.execPath, [next, "start", folder, "-p", "0", "-H", "127.0.0.1"]);
    onTestFinished(() => program.kill("SIGTERM"));
    const port = Number(/:(\d+)$/.exec(await program.waitForLine(/Local: .*:\d+$/))?.[1]);
    expect((await ask(port, "/svc_status.json")).body).toBe('{"Database":{"state":"OK"}}');
    expect((await ask(port, "/svc_status.html")).body).toMatch(/<bdi>Database<\/bdi>[\s\S]*<\/html>/);
  });
});
