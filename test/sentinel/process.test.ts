import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makePipe, startAsking, startBusyService } from "../support/busy-service.ts";
import { ask } from "../support/http.ts";
import { startProgram } from "../support/program.ts";
import { type Outcome, run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");

function runProgram(program: string, ...nodeOptions: readonly string[]): Promise<Outcome> {
  const source = `import { startSentinel } from "svc-status/sentinel";\n${program}`;
  return run(process.execPath, [...nodeOptions, "--input-type=module", "--eval", source], root);
}

describe("a process with a sentinel", () => {
  test("ends when it has nothing else to do, without a word", async () => {
    const outcome = await runProgram(`await startSentinel({ port: 0 });`);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("ends when the port is taken and that is handled", async () => {
    const outcome = await runProgram(`
      const { address: { port } } = await startSentinel({ port: 0 });
      await startSentinel({ port }).catch(({ code }) => console.log(code));
    `);
    expect(outcome).toEqual({ code: 0, stdout: "EADDRINUSE\n", stderr: "" });
  });

  test("has what it preloads in its main thread alone", async () => {
    const preload = join(root, "test/fixtures/sentinel/preloaded.cjs");
    const outcome = await runProgram(`await startSentinel({ port: 0 });`, "--require", preload);
    expect(outcome).toEqual({ code: 0, stdout: "preloaded\n", stderr: "" });
  });

  test("prints nothing of what its thread prints", async () => {
    const outcome = await runProgram(`
      const { BroadcastChannel } = await import("node:worker_threads");
      const workerUrl = new URL("file://${root}/test/fixtures/sentinel/mortal-worker.mjs");
      const channel = new BroadcastChannel("/report");
      await startSentinel({ port: 0, workerUrl, svcStatus: { path: "/report" } });
      channel.postMessage("print");
      channel.onmessage = () => setTimeout(process.exit, 100);
    `);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("a process that is drained", () => {
  test("is answered for until the very last, and knows who asked the sentinel", async () => {
    // Nothing is waited for but that whoever has asked is refused so often, which must not take longer than a drain
    // may. The very last lasts until the pipe is read.
    const endAfterReading = makePipe();
    const service = await startBusyService({
      endAfterReading,
      drain: { balancerIdleMs: 0, floorMs: 200, fallbackMs: 0, redsSeen: 50 },
    });
    const asking = startAsking(service.sentinelPort, "/probe_status");
    service.kill("SIGTERM");
    const report = await service.waitForLine(/^drained/);
    await service.waitForLine(/^about to end/);
    const answers = await asking.stop();
    expect(answers.at(-1)).toBe("503 OFF");
    expect(answers).not.toContain("lost");
    const [, refusals] = /^drained by fallback: 127\.0\.0\.1 {2}saw 503 (\d+) times$/.exec(report) ?? [];
    expect(Number(refusals)).toBeGreaterThanOrEqual(50);
    expect(await service.ask("/probe_status")).toMatchObject({ status: 503, body: "OFF" });
    expect(await service.ask("/livez")).toMatchObject({ status: 200 });
    writeSync(openSync(endAfterReading, "r+"), "x");
    expect(await service.exit).toEqual({ code: 0, signal: null });
  });
});

describe("node:cluster", () => {
  test("has a sentinel in the primary, and one in each worker on a port of its own", async () => {
    const program = startProgram(process.execPath, [join(root, "test/fixtures/sentinel/cluster.mjs")]);
    const line = await program.waitForLine(/^ports /);
    const [primary = 0, one = 0, two = 0] = line.split(" ").slice(1).map(Number);
    expect(await program.waitForLine(/^taken /)).toBe("taken EADDRINUSE EADDRINUSE");
    const answers = await Promise.all([primary, one, two].map((port) => ask(port, "/probe_status")));
    expect(answers.map(({ body }) => body)).toEqual(["OK", "worker 1", "worker 2"]);
  });
});
