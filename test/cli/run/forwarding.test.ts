import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { runCommand } from "../../../src/cli/run/run.ts";

const NODE = process.execPath;

/** Runs it in this process, with what it writes to standard error. */
async function run(...operands: readonly string[]) {
  let stderr = "";
  const output = {
    write: (text: string) => {
      stderr += text;
    },
    isTTY: false,
    columns: Number.POSITIVE_INFINITY,
    rows: Number.POSITIVE_INFINITY,
    onResize: () => () => {},
  };
  const values = { sentinel: undefined, "no-color": false, debug: false, help: false };
  const code = await runCommand({
    operands,
    values: { ...values, header: [], ca: undefined, insecure: false },
    commands: COMMANDS,
    io: {
      stdin: process.stdin,
      stdout: output,
      stderr: output,
      env: {},
      color: false,
      signal: new AbortController().signal,
    },
  });
  return { code, stderr };
}

describe("a command that is run", () => {
  test("gives its exit status, and leaves no listeners behind", async () => {
    const before = process.listenerCount("SIGUSR2");
    expect(await run(NODE, "-e", "process.exit(7)")).toEqual({ code: 7, stderr: "" });
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });

  test("gets the signals of this process", async () => {
    const before = process.listenerCount("SIGUSR1");
    // The shell ignores SIGWINCH, so it may come before and after the trap.
    const script = "trap 'exit 5' WINCH; while :; do sleep 0.01; done";
    const timer = setInterval(() => void process.emit("SIGWINCH", "SIGWINCH"), 20);
    const ended = run("bash", "-c", script);
    expect(process.listenerCount("SIGUSR1")).toBe(before + 1);
    expect(await ended.finally(() => clearInterval(timer))).toEqual({ code: 5, stderr: "" });
  });

  test("that does not exist has the status of a shell, and leaves no listeners behind", async () => {
    const before = process.listenerCount("SIGUSR2");
    const { code, stderr } = await run("/no/such/program");
    expect(code).toBe(127);
    expect(stderr).toMatch(/^svc-status: \/no\/such\/program: .*ENOENT/);
    expect(process.listenerCount("SIGUSR2")).toBe(before);
  });
});
