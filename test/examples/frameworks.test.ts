import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { serve } from "../support/http.ts";
import { run } from "../support/run.ts";

const examples = join(import.meta.dirname, "../../examples");
let child: ChildProcess | undefined;

afterEach(() => child?.kill("SIGKILL"));

/** Starts an example on a free port, and answers the address that it prints. */
async function start(name: string): Promise<string> {
  const started = spawn(process.execPath, [join(examples, `${name}.mjs`)], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) return line;
  throw new Error(`${name} has ended and printed no address`);
}

describe.each(["node", "express", "fastify", "koa", "hono", "fetch", "nest"])("examples/%s.mjs", (name) => {
  test("serves the status, the probe and what is its own", async () => {
    const url = await start(name);
    const paths = ["/svc_status", "/svc_status.json", "/probe_status", "/"];
    const answers = await Promise.all(paths.map((path) => fetch(url + path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([
      "DatabaseConnection\tOK\n",
      '{"DatabaseConnection":{"state":"OK"}}',
      "OK",
      "hello\n",
    ]);
    expect(answers[0]?.headers.get("etag")).toBeNull();
  });

  test("says that its port is taken", async () => {
    const { port } = await serve((_request, response) => response.end());
    const { code, stderr } = await run("env", [`PORT=${port}`, process.execPath, `${name}.mjs`], examples);
    expect(stderr).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}`);
    expect(code).toBe(1);
  });
});
