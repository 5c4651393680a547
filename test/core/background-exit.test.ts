import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Outcome, run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");

/** Runs a program with the built package. It has to end by itself: nobody ends it. */
function runProgram(code: string): Promise<Outcome> {
  const imports =
    'import { createStatusRegistry } from "svc-status";\nconst registry = createStatusRegistry();\n';
  return run(process.execPath, ["--input-type=module", "--eval", imports + code], root);
}

function printed(stdout: string): Outcome {
  return { code: 0, stdout, stderr: "" };
}

// An interval of an hour: a timer that kept the process alive would be noticed.
const HOURLY = "{ intervalMs: 3_600_000 }";

describe("a process with nothing else to do exits by itself", { timeout: 60_000 }, () => {
  test("right after a report, without background handlers", async () => {
    const outcome = await runProgram(`
      registry.addStatusHandler("Db", async () => ({ state: "OK" }), { timeoutMs: 3_600_000 });
      console.log((await registry.getReport()).state);
    `);
    expect(outcome).toEqual(printed("OK\n"));
  });

  test("right after a report, with background handlers", async () => {
    const outcome = await runProgram(`
      registry.addStatusHandler("Plain", () => ({ state: "OK" }), ${HOURLY});
      registry.addStatusHandler("Async", async () => ({ state: "OK" }), ${HOURLY});
      registry.addStatusHandler("Throws", () => { throw new Error("no"); }, ${HOURLY});
      const { entries } = await registry.getReport();
      console.log(entries.map(({ status }) => status.state).join(" "));
    `);
    expect(outcome).toEqual(printed("OK OK RED\n"));
  });

  test("while a background handler hangs, once the report has its answer", async () => {
    const outcome = await runProgram(`
      registry.addStatusHandler("Never", () => new Promise(() => {}), { intervalMs: 1_000, timeoutMs: 100 });
      const { entries } = await registry.getReport();
      console.log(entries[0].reason);
    `);
    expect(outcome).toEqual(printed("timeout\n"));
  });

  test("even in the middle of a run that nobody waits for", async () => {
    const outcome = await runProgram(`
      registry.addStatusHandler("Never", () => new Promise(() => {}), { intervalMs: 1_000, timeoutMs: 3_600_000 });
      setTimeout(() => console.log("end"), 10);
    `);
    expect(outcome).toEqual(printed("end\n"));
  });

  test("whatever a poller waits for that asks in the background", async () => {
    const outcome = await runProgram(`
      registry.addStatusHandler("Never", () => new Promise(() => {}), { timeoutMs: 3_600_000 });
      void registry.getReport({ background: true });
      setTimeout(() => console.log("end"), 10);
    `);
    expect(outcome).toEqual(printed("end\n"));
  });

  test("with somebody who loops over its changes and one who listens", async () => {
    const outcome = await runProgram(`
      registry.addStatusHandler("Db", () => ({ state: "RED" }), ${HOURLY});
      registry.on("change", ({ to }) => console.log("listener", to));
      (async () => { for await (const { to } of registry.changes()) console.log("loop", to); })();
    `);
    expect(outcome).toEqual(printed("listener RED\nloop RED\n"));
  });

  test("after close(), whatever was under way", async () => {
    const outcome = await runProgram(`
      registry.addStatusHandler("Never", () => new Promise(() => {}), { timeoutMs: 3_600_000 });
      registry.addStatusHandler("First", () => new Promise(() => {}), { intervalMs: 1_000, timeoutMs: 3_600_000 });
      const report = registry.getReport();
      const wait = registry.waitForStatus("Never", "OK");
      registry.close();
      console.log((await report).entries.map(({ reason }) => reason).join(" "), await wait);
    `);
    expect(outcome).toEqual(printed("stale stale false\n"));
  });
});

test("a process stays alive for who waits for the first answer of a background handler", async () => {
  const outcome = await runProgram(`
    const work = () => new Promise((resolve) => setTimeout(() => resolve({ state: "OK" }), 100).unref());
    registry.addStatusHandler("Unref", work, ${HOURLY});
    console.log((await registry.getReport()).state);
  `);
  expect(outcome).toEqual(printed("OK\n"));
}, 60_000);

test("a process stays alive for who joins the run of a poller", async () => {
  const outcome = await runProgram(`
    registry.addStatusHandler("Never", () => new Promise(() => {}), { timeoutMs: 100 });
    void registry.getReport({ background: true });
    console.log((await registry.getStatus("Never")).detail);
  `);
  expect(outcome).toEqual(printed("timed out after 100 ms\n"));
}, 60_000);

test("a listener and a logger that reject do not end the process", async () => {
  const outcome = await runProgram(`
    const reject = async () => { throw new Error("no disk"); };
    registry.logger = { info: reject, warn: reject, error: reject };
    registry.on("change", reject);
    registry.addStatusHandler("Db", () => ({ state: "RED" }));
    console.log((await registry.getReport()).state);
    setTimeout(() => console.log("still here"), 10);
  `);
  expect(outcome).toEqual(printed("RED\nstill here\n"));
}, 60_000);
