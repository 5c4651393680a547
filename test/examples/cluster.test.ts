import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ask } from "../support/http.ts";

const root = join(import.meta.dirname, "../..");
const EXAMPLE = join(root, "examples/cluster.mjs");

interface Example {
  readonly process: ChildProcess;
  readonly port: number;
  readonly lines: readonly string[];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts the example on a free port, and waits until its workers listen. */
async function startExample(workerCount: number): Promise<Example> {
  const child = spawn(process.execPath, [EXAMPLE], {
    env: { ...process.env, PORT: "0", WORKERS: String(workerCount) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    // By then, everything that it printed has been read.
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await expect.poll(() => text.match(/listens on port/g)?.length, { timeout: 20_000 }).toBe(workerCount);
  return {
    process: child,
    port: Number(/port (\d+)/.exec(text)?.[1]),
    get lines() {
      return text.trimEnd().split("\n");
    },
    ended,
  };
}

function toListening(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^worker (\d+) listens/.exec(line)?.[1] ?? []);
}

describe("the example of a cluster", () => {
  test("shows all workers, and takes them out together", async () => {
    const { port } = await startExample(2);
    const { body } = await ask(port, "/svc_status.json");
    expect(JSON.parse(body)).toMatchObject({
      EventLoop: { state: "OK", entries: { 1: { state: "OK" }, 2: { state: "OK" } } },
    });
    await ask(port, "/probe_status?body=OFF", { method: "POST" });
    const getStatuses = async () =>
      Promise.all(Array.from({ length: 6 }, async () => (await ask(port, "/probe_status")).status));
    await expect.poll(getStatuses).toEqual(Array(6).fill(503));
  });

  test("replaces its workers one after the other at SIGHUP, and stays in service", async () => {
    const example = await startExample(2);
    example.process.kill("SIGHUP");
    await expect
      .poll(() => toListening(example.lines).sort(), { timeout: 20_000 })
      .toEqual(["1", "2", "3", "4"]);
    expect(example.lines.filter((line) => line.startsWith("SVC019 SIGTERM: "))).toEqual(
      Array(2).fill("SVC019 SIGTERM: closing, the other workers continue to serve"),
    );
    expect(await ask(example.port, "/probe_status")).toMatchObject({ status: 200, body: "OK" });
  });

  test("ends at SIGTERM when all workers have drained", async () => {
    const example = await startExample(2);
    example.process.kill("SIGTERM");
    expect(await example.ended).toEqual({ code: 0, signal: null });
    expect(example.lines.filter((line) => line.startsWith("SVC020 drained in"))).toHaveLength(2);
  });

  test("is what the page about clusters shows", () => {
    const page = readFileSync(join(root, "docs/cluster.md"), "utf8");
    const shown = [...page.matchAll(/^```js no-run: it is a part of [^\n]*\n(.*?)^```$/gms)].flatMap(
      ([, code = ""]) => code.split("\n").map((line) => line.trim()),
    );
    const example = readFileSync(EXAMPLE, "utf8")
      .split("\n")
      .map((line) => line.trim());
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((line) => !example.includes(line))).toEqual([]);
  });
});
