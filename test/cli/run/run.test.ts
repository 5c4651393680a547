import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { BIN, runCli } from "../../support/cli.ts";
import { AS_PROCESS_ONE, canBeProcessOne } from "../../support/process-one.ts";
import { startHostile, startService } from "../service.ts";

const NODE = process.execPath;

/** A child that says when it is ready, and then what signals it got. Ends at SIGTERM with 5. */
const LISTENING = `
  for (const signal of ["SIGHUP", "SIGUSR2", "SIGTERM"]) process.on(signal, () => {
    console.log(signal);
    if (signal === "SIGTERM") process.exit(5);
  });
  console.log("ready");
  setInterval(() => {}, 1000);
`;

interface Started {
  readonly child: ChildProcess;
  /** What it has written to standard output and standard error. */
  readonly text: () => string;
  waitFor(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

function start(args: readonly string[], before: readonly string[] = []): Started {
  const [program = NODE, ...rest] = [...before, NODE, BIN, "run", ...args];
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let written = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      written += chunk;
    });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return {
    child,
    text: () => written,
    waitFor: (text) => expect.poll(() => written).toContain(text),
    ended,
  };
}

describe("svc-status run", () => {
  test("ends with the status of the command, and passes its arguments and output on", async () => {
    const script = "console.log(process.argv.slice(1).join()); process.exit(7)";
    const outcome = await runCli(["run", "--", NODE, "-e", script, "--", "--port", "8080"]);
    expect(outcome).toEqual({ code: 7, stdout: "--port,8080\n", stderr: "" });
  });

  test("ends by the signal that ended the command", async () => {
    const { ended } = start(["--", NODE, "-e", "process.kill(process.pid, 'SIGKILL')"]);
    expect(await ended).toEqual({ code: null, signal: "SIGKILL" });
  });

  test.each([
    ["/no/such/program", 127, "ENOENT"],
    ["/", 126, "EACCES"],
  ])("cannot run %s: %d", async (command, code, text) => {
    const outcome = await runCli(["run", command]);
    expect(outcome).toMatchObject({ code, stdout: "" });
    expect(outcome.stderr).toMatch(/^svc-status: /);
    expect(outcome.stderr).toContain(text);
  });

  test("forwards signals", async () => {
    const { child, waitFor, ended } = start(["--", NODE, "-e", LISTENING]);
    await waitFor("ready");
    for (const signal of ["SIGHUP", "SIGUSR2", "SIGTERM"] as const) {
      child.kill(signal);
      await waitFor(signal);
    }
    expect(await ended).toEqual({ code: 5, signal: null });
  });

  test("decommissions a service whose main thread is busy, before it sees the signal", async () => {
    const { address, probe } = await startService();
    const busy = "console.log('ready'); for (const end = Date.now() + 60000; Date.now() < end; );";
    const { child, waitFor } = start(["--sentinel", address, "--", NODE, "-e", busy]);
    await waitFor("ready");
    child.kill("SIGTERM");
    await expect.poll(() => probe.commissioned).toBe(false);
    expect(probe.body).toBe("OFF");
  });

  test("says that it could not decommission, and forwards the signal all the same", async () => {
    const { child, waitFor, ended, text } = start(["--sentinel", "127.0.0.1:1", "--", NODE, "-e", LISTENING]);
    await waitFor("ready");
    child.kill("SIGTERM");
    expect(await ended).toEqual({ code: 5, signal: null });
    expect(text()).toContain("SIGTERM");
    expect(text()).toContain("svc-status: not decommissioned: ");
  });

  test("does not advise a longer --timeout, which it does not have, if the sentinel hangs", async () => {
    const address = await startHostile(() => {});
    const lasting = "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)";
    const { child, waitFor } = start(["--sentinel", address, "--", NODE, "-e", lasting]);
    await waitFor("ready");
    child.kill("SIGTERM");
    await waitFor(`svc-status: not decommissioned: no complete answer from http://${address} within 2s\n`);
  });

  test.skipIf(!canBeProcessOne())("forwards signals and exits as process 1 too", async () => {
    const killer = `
      const { spawn } = require("node:child_process");
      const run = spawn("true");
      run.on("exit", () => process.kill(process.pid, "SIGKILL"));
    `;
    const { ended } = start(["--", NODE, "-e", killer], AS_PROCESS_ONE);
    expect(await ended).toEqual({ code: 137, signal: null });
  });

  test.each([
    [["run"], "COMMAND"],
    [["run", "--sentinel", "ftp://x", "--", "true"], "expected a URL"],
    [["run", "node", "--port"], "--port"],
  ])("rejects %j", async (args, text) => {
    const outcome = await runCli(args);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain(text);
  });
});
