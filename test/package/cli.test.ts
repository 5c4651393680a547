import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { listen } from "../support/listen.ts";
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { run } from "../support/run.ts";
import { TELL_LOADED } from "../support/tell-loaded.ts";

const { consumer, tarball } = inject("packed");
const installed = join(consumer, "node_modules/svc-status/dist");

/** What `show` needs: it starts in the time of one `fetch` only because it loads nothing else. */
const NEEDED: readonly string[] = ["cli/bin.js", "cli.js", "core.js", "cli/show/run.js"];

async function startStatus(): Promise<string> {
  const server = createServer((_request, response) => response.end('{"Database":{"state":"YELLOW"}}'));
  const { port, close } = await listen(server);
  onTestFinished(close);
  return `127.0.0.1:${port}`;
}

describe("the installed command line", () => {
  test("is there for npx", async () => {
    const { code, stdout, stderr } = await run("npx", ["--no-install", "svc-status", "--version"], consumer);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  test("has a manual page that a global installation links", async () => {
    const prefix = join(consumer, "global");
    const { code, stderr } = await run("npm", ["install", "--global", "--prefix", prefix, tarball], consumer);
    expect(code, stderr).toBe(0);
    expect(await readdir(join(prefix, "share/man/man1"))).toEqual(["svc-status.1.gz"]);
  });

  test.each(NODE_MAJORS)("shows a status on Node %d", async (major) => {
    const node = await nodeOfMajor(major);
    const args = [join(installed, "cli/bin.js"), "show", await startStatus(), "--format", "json"];
    const answer = await run(node, args, consumer);
    expect(answer).toEqual({ code: 1, stdout: '{"Database":{"state":"YELLOW"}}\n', stderr: "" });
  });

  test("loads for show what show needs, and nothing else", async () => {
    const preload = `data:text/javascript,${encodeURIComponent(TELL_LOADED)}`;
    const args = ["--import", preload, join(installed, "cli/bin.js"), "show", await startStatus(), "-q"];
    const { code, stdout } = await run(process.execPath, args, consumer);
    expect(code).toBe(1);
    const files = stdout.trimEnd().split("\n");
    expect(files.toSorted()).toEqual(NEEDED.toSorted());
  });
});
