import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type BusyCommand,
  type BusyService,
  makePipe,
  startAsking,
  startBusyService,
} from "../support/busy-service.ts";
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { AS_PROCESS_ONE, canBeProcessOne } from "../support/process-one.ts";

const WEDGED_AFTER_MS = 2_000;

async function watchBlocking(service: BusyService, block: () => Promise<void>): Promise<readonly string[]> {
  const live = startAsking(service.sentinelPort, "/livez");
  await block();
  await service.waitFor("/livez", /wedged/);
  return live.stop();
}

/** What was said one after the other, each once. On a busy machine the end comes a second later. */
function toSteps(answers: readonly string[]): string[] {
  const texts = answers.map((answer) => answer.replace("wedged for 3 s", "wedged for 2 s"));
  return texts.filter((text, index) => text !== texts[index - 1]);
}

const BUSY_STEPS = [
  "200 ok",
  "200 ok, main thread busy for 1 s",
  "503 [-]EventLoop failed: main thread wedged for 2 s\nlivez check failed\n",
];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("while the main thread is blocked", () => {
  test.each([
    ["a loop", "loop", "600000"],
    ["a regular expression", "regex", ""],
    ["Atomics.wait", "wait", "600000"],
  ] as const)("by %s, no question is lost, and liveness says how long", async (_what, way, by) => {
    const service = await startBusyService({ sentinel: { wedgedAfterMs: WEDGED_AFTER_MS } });
    const answers = await watchBlocking(service, () => service.block(way, by));
    expect(toSteps(answers)).toEqual(BUSY_STEPS);
  });

  test("by reading a file, no question is lost, and all is well when it has been read", async () => {
    const service = await startBusyService({ sentinel: { wedgedAfterMs: WEDGED_AFTER_MS } });
    const pipe = makePipe();
    const answers = await watchBlocking(service, () => service.block("read", pipe));
    expect(toSteps(answers)).toEqual(BUSY_STEPS);
    writeSync(openSync(pipe, "r+"), "x");
    await service.waitForLine(/^free again/);
    await service.waitFor("/livez", "ok");
    await service.waitFor("/svc_status", "Database\tOK\n");
  });

  test("the report shows what was known, how old it is, and what is the matter", async () => {
    const service = await startBusyService();
    expect((await service.ask("/svc_status")).headers).toMatchObject({ age: "0" });
    await service.block("wait", "600000");
    await service.waitFor("/svc_status", "Database\tOK\nEventLoop\tYELLOW\n");
    await service.waitFor("/livez", /^ok, main thread busy for ([2-9]|\d\d) s$/);
    const { headers } = await service.ask("/svc_status");
    expect(Number(headers["age"])).toBeGreaterThanOrEqual(1);
    const { body } = await service.ask("/svc_status.json");
    expect(JSON.parse(body)).toEqual({
      EventLoop: { state: "YELLOW", detail: expect.stringMatching(/^main thread busy for \d s$/) },
      Database: { state: "OK", detail: "answers" },
    });
    const health = await service.ask("/svc_status.health");
    expect(JSON.parse(health.body)).toMatchObject({ status: "warn" });
    const prometheus = await service.ask("/svc_status.prometheus");
    expect(prometheus.body).toContain('svc_status{name="EventLoop"} 1\n');
  });

  test("the page says how old the report is, however often it is asked", async () => {
    const service = await startBusyService();
    await service.block("wait", "600000");
    const { body } = await service.waitFor("/svc_status.html", /main thread busy for [3-9] s/);
    const [, at = "", age] = /, last result <time datetime="([^"]+)"[^>]*>(\d+) s ago/.exec(body) ?? [];
    const [, now] = /data-now="(\d+)"/.exec(body) ?? [];
    expect(Number(age)).toBeGreaterThanOrEqual(2);
    expect(Math.floor((Number(now) - Date.parse(at)) / 1_000)).toBe(Number(age));
  });

  test("readiness goes on until it is wedged", async () => {
    const probeStatus = { requireHealthy: true };
    const sentinel = { wedgedAfterMs: 2 * WEDGED_AFTER_MS, probeStatus, healthProbes: { exclude: true } };
    const service = await startBusyService({ sentinel });
    await service.waitFor("/startupz", "ok");
    await service.block("wait", "600000");
    await service.waitFor("/readyz", /^ok, main thread busy for \d s$/);
    expect(await service.ask("/probe_status")).toMatchObject({ status: 200, body: "OK" });
    await service.waitFor(
      "/readyz",
      /^\[\+\]probe ok\n\[-\]EventLoop failed: main thread wedged for \d+ s\n\[\+\]Database ok\nreadyz check failed\n$/,
    );
    expect((await service.ask("/livez/EventLoop")).body).toMatch(
      /^internal server error: main thread wedged for \d s\n$/,
    );
    expect((await service.ask("/livez?exclude=EventLoop")).body).toBe("ok");
    expect(await service.ask("/probe_status")).toMatchObject({ status: 503, body: "RED" });
    expect((await service.ask("/startupz/Database")).body).toBe("ok");
  });

  test("the probe can be decommissioned, at once here, and in the main thread as soon as it runs", async () => {
    const service = await startBusyService();
    const pipe = makePipe();
    await service.block("read", pipe);
    const posted = await service.ask("/probe_status?body=leaving", { method: "POST" });
    expect(posted).toMatchObject({ status: 200, body: "leaving" });
    expect(await service.ask("/probe_status")).toMatchObject({ status: 503, body: "leaving" });
    expect(await service.ask("/readyz/probe")).toMatchObject({ status: 503 });
    expect(service.lines).not.toContain("probe leaving");
    writeSync(openSync(pipe, "r+"), "x");
    await service.waitForLine(/^probe leaving/);
  });
});

test("a process that was stopped and goes on was not wedged", async () => {
  const service = await startBusyService({ sentinel: { wedgedAfterMs: 1_000 } });
  service.kill("SIGSTOP");
  // So long stands the whole process still: it is what is tested, not what is waited for.
  await sleep(2_500);
  const live = startAsking(service.sentinelPort, "/livez");
  service.kill("SIGCONT");
  await service.waitFor("/svc_status", "Database\tOK\n");
  const [first, ...others] = toSteps(await live.stop());
  expect([first, others]).toEqual(["200 ok", []]);
});

describe("a process that has been wedged for too long", () => {
  /** After a second, or more if the thread that looks had to wait itself. */
  const WEDGED = /^Error: main thread wedged for [1-9] s$/;

  test.each([
    ["loop", "600000", "loop"],
    ["wait", "600000", "wait"],
    ["regex", "", "regex"],
  ] as const)(
    "is ended, with a report that says where the main thread is: %s",
    async (way, by, functionName) => {
      const folder = makeFolder();
      const options = { wedgedAfterMs: 1_000, exitAfterMs: 1_000 };
      const service = await startBusyService(
        { sentinel: options },
        { nodeOptions: [`--report-directory=${folder}`] },
      );
      await service.block(way, by);
      expect(await service.exit).toEqual({ code: null, signal: "SIGKILL" });
      const [file = expect.unreachable(), ...others] = readdirSync(folder);
      const { javascriptStack } = JSON.parse(readFileSync(join(folder, file), "utf8"));
      expect(others).toEqual([]);
      expect(javascriptStack.message).toMatch(WEDGED);
      // The main thread may be in a function of Node.js that this one has called.
      expect(javascriptStack.stack).toContainEqual(
        expect.stringMatching(new RegExp(`^at ${functionName} \\(file:.*/service\\.mjs:\\d+:\\d+\\)$`)),
      );
    },
  );

  test("is ended too where the main thread cannot be looked at", async () => {
    const folder = makeFolder();
    const options = { wedgedAfterMs: 1_000, exitAfterMs: 1_000 };
    const service = await startBusyService(
      { sentinel: options },
      { nodeOptions: [`--report-directory=${folder}`] },
    );
    await service.block("read", makePipe());
    expect(await service.exit).toEqual({ code: null, signal: "SIGKILL" });
    const [file = expect.unreachable()] = readdirSync(folder);
    const { javascriptStack } = JSON.parse(readFileSync(join(folder, file), "utf8"));
    expect(javascriptStack.message).toMatch(WEDGED);
  });

  describe.runIf(canBeProcessOne())("as process 1, which Linux spares its own SIGKILL,", () => {
    /** Whether it ends, and whether it has said where it was wedged. */
    async function watchEnd(command: BusyCommand, block: (service: BusyService) => Promise<void>) {
      const folder = makeFolder();
      const service = await startBusyService(
        { sentinel: { wedgedAfterMs: 1_000, exitAfterMs: 1_000 } },
        { ...command, prefix: AS_PROCESS_ONE, nodeOptions: [`--report-directory=${folder}`] },
      );
      await block(service);
      const { signal } = await service.exit;
      return [signal, readdirSync(folder).length];
    }

    test.each(NODE_MAJORS)("is ended on Node %i", async (major) => {
      const node = await nodeOfMajor(major);
      expect(await watchEnd({ node }, ({ block }) => block("loop", "600000"))).toEqual(["SIGTRAP", 1]);
    });

    test("is ended too where the main thread cannot be looked at", async () => {
      const pipe = makePipe();
      expect(await watchEnd({}, ({ block }) => block("read", pipe))).toEqual(["SIGTRAP", 1]);
    });
  });

  test("goes on where nothing was said about ending it, and where it is free again in time", async () => {
    const service = await startBusyService({ sentinel: { wedgedAfterMs: 1_000, exitAfterMs: 600_000 } });
    await service.block("wait", "5000");
    await service.waitFor("/livez", /wedged/);
    await service.waitFor("/livez", "ok");
  });
});
