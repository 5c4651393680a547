import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import type { ConsumersDeadline } from "../../src/drain/consumers/run-consumers.ts";
import { type DrainOptions, resolveDrainOptions } from "../../src/drain/options.ts";
import { createPhases } from "../../src/drain/phases.ts";
import type { DrainReport } from "../../src/drain/report.ts";
import { type Cause, type Parts, runDrain } from "../../src/drain/run.ts";
import type { Endless } from "../../src/drain/streams/endless.ts";
import type { WatchedServer } from "../../src/drain/watched-server.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createDeferred } from "../support/deferred.ts";
import { createRecordingLogger } from "../support/registry.ts";

interface Setup {
  readonly options?: DrainOptions;
  readonly servers?: readonly WatchedServer[];
  readonly isDevelopment?: boolean;
  readonly consumers?: Parts["consumers"]["leave"];
  /** Whether other workers serve the same address. Missing: there are none. */
  readonly isCovered?: boolean;
}

/** A drain whose parts record their steps. The balancers leave at once. */
function createSubject({ options = {}, isDevelopment = false, isCovered, ...setup }: Setup = {}) {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const probe = createProbe();
  const seams = getProbeSeams(probe);
  const steps: string[] = [];
  const step = (name: string) => (): void => void steps.push(name);
  seams.closing.add(step("end streams"));
  if (isCovered !== undefined)
    seams.peers = {
      leave() {
        steps.push("announce");
        return Promise.resolve(isCovered);
      },
      alone: (change) => change(),
    };
  const resolved = resolveDrainOptions({ clock, logger, probe, ...options });
  const requests = { lastRequestAt: undefined as number | undefined, served: 4 };
  const parts: Parts = {
    options: resolved,
    seams,
    servers: setup.servers ?? [createServer(steps)],
    hooks: createPhases(resolved),
    consumers: { leave: setup.consumers ?? (() => Promise.resolve([])), dispose() {} },
    requests: requests as Parts["requests"],
    observer: {
      forbidCommissioning: ({ reason, deadlineAt }) =>
        void steps.push(`forbid ${reason} ${deadlineAt - clock.now()}`),
      decommission: step("decommission"),
      decide: () => "evidence",
      probers: [],
      isDevelopment,
      stop() {},
    },
    stopWatching: step("stop watching"),
  };

  /** Runs the drain until it ends. */
  async function run(cause: Cause = { reason: "SIGTERM" }): Promise<DrainReport> {
    let report: DrainReport | undefined;
    void runDrain(cause, parts).then((ended) => {
      report = ended;
    });
    for (let passedMs = 0; report === undefined && passedMs < 40_000; passedMs += 50) await clock.advance(50);
    return report ?? expect.unreachable("still draining");
  }

  return { clock, logger, probe, parts, requests, steps, step, run };
}

function createServer(steps: string[], members: Partial<WatchedServer> = {}): WatchedServer {
  return {
    setLeaving: (isLeaving) => void steps.push(`leaving ${isLeaving}`),
    async acceptWaiting() {
      steps.push("accept");
    },
    async close() {
      steps.push("close");
    },
    idleConnections: 0,
    endIdle() {},
    findEndless: () => [],
    cut: () => 0,
    stop() {},
    ...members,
  };
}

/** A server that closes when all its event streams have ended, and when that was. */
function createStreaming(count: number) {
  const clockOf: { now(): number } = { now: () => 0 };
  const endedAt: number[] = [];
  const closed = createDeferred();
  const streams: readonly Endless[] = Array.from({ length: count }, () => ({
    identity: {},
    kind: "stream",
    end() {
      endedAt.push(clockOf.now());
      if (endedAt.length === count) closed.resolve();
    },
    destroy() {},
  }));
  const server = createServer([], { findEndless: () => streams, close: () => closed.promise });
  return { server, endedAt, clockOf };
}

describe("the phases of a drain", () => {
  test("come in order", async () => {
    const { run, step, steps, parts } = createSubject({
      consumers() {
        steps.push("consumers");
        return Promise.resolve([]);
      },
    });
    parts.hooks.add({ onLeave: step("onLeave"), onClose: step("onClose") });
    await run();
    expect(steps).toEqual([
      "onLeave",
      "consumers",
      "forbid SIGTERM 28000",
      "decommission",
      "accept",
      "close",
      "end streams",
      "stop watching",
      "onClose",
    ]);
  });

  test("leave no timer, and the signal of the hooks unaborted", async () => {
    const { run, parts, clock } = createSubject();
    const signals: AbortSignal[] = [];
    parts.hooks.add({ onClose: ({ signal }) => void signals.push(signal) });
    await run();
    expect(clock.pendingTimers).toBe(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test("accept the waiting connections of all servers before the first is closed", async () => {
    const steps: string[] = [];
    const slow = createServer(steps, {
      async acceptWaiting() {
        await Promise.resolve();
        await Promise.resolve();
        steps.push("accept slowly");
      },
    });
    await createSubject({ servers: [createServer(steps), slow] }).run();
    expect(steps).toEqual(["accept", "accept slowly", "close", "close"]);
  });

  test("accept connections for a quarter of the time at most, as the rest is for their requests", async () => {
    const flooded = createServer([], {
      async acceptWaiting(isInTime) {
        while (isInTime()) await new Promise<void>((resolve) => void subject.clock.startTimer(100, resolve));
      },
    });
    const subject = createSubject({ servers: [flooded], options: { deadlineMs: 10_000 } });
    expect((await subject.run()).closeMs).toBe(2_500);
  });

  test("wait for the consumers before onClose, and report them", async () => {
    const deadlines: ConsumersDeadline[] = [];
    const left = createDeferred<readonly { readonly name: string }[]>();
    const { run, parts, step, steps, clock } = createSubject({
      consumers(deadline) {
        deadlines.push(deadline);
        return left.promise;
      },
    });
    parts.hooks.add({ onClose: step("onClose") });
    clock.startTimer(3_000, () => {
      steps.push("consumed");
      left.resolve([{ name: "mails" }]);
    });
    expect(await run()).toMatchObject({ consumers: [{ name: "mails" }], hooksMs: 3_000 });
    expect(steps.slice(-2)).toEqual(["consumed", "onClose"]);
    // 28 s without a sixth for onClose and a second to return the rest.
    expect(deadlines).toEqual([{ reason: "SIGTERM", finishMs: expect.any(Number), returnMs: 1_000 }]);
    expect(deadlines[0]?.finishMs).toBeCloseTo(28_000 - 28_000 / 6 - 1_000);
  });

  test("are measured, and the last request before the end of the wait too", async () => {
    const { run, requests, parts, clock } = createSubject();
    await clock.advance(2_000);
    requests.lastRequestAt = 500;
    parts.hooks.add({ onClose: () => new Promise<void>((resolve) => void clock.startTimer(700, resolve)) });
    expect(await run({ reason: "start" })).toMatchObject({
      reason: "start",
      ok: true,
      endedBy: "evidence",
      waitMs: 0,
      closeMs: 0,
      hooksMs: 700,
      totalMs: 700,
      lastRequestMs: 1_500,
      requestsServed: 4,
      redsSeen: 3,
    });
  });

  test("give onLeave until the share of onClose, and onClose the rest", async () => {
    const hang = (): Promise<never> => new Promise(() => {});
    const { run, parts } = createSubject({ options: { deadlineMs: 12_000 } });
    parts.hooks.add({ onLeave: hang, onClose: hang });
    expect(await run()).toMatchObject({
      totalMs: 12_000,
      hookFailures: [
        { phase: "onLeave", index: 0, message: "not finished in time" },
        { phase: "onClose", index: 0, message: "not finished after 2000 ms" },
      ],
    });
  });

  test("end with the error that started the drain, in the report and the log", async () => {
    const { run, logger } = createSubject();
    const report = await run({ reason: "uncaughtException", error: new Error("pool gone") });
    expect(report).toMatchObject({ reason: "uncaughtException", error: "pool gone", ok: false });
    expect(logger.lines.at(-1)).toMatch(/^error: SVC020 drained in 0\.0 s: .*, after an error: pool gone$/);
    expect(await createSubject().run()).not.toHaveProperty("error");
    expect(await createSubject().run({ reason: "unhandledRejection", error: undefined })).toMatchObject({
      error: "threw undefined",
    });
  });

  test("are logged: the wait, and the end", async () => {
    const { run, logger } = createSubject();
    await run();
    expect(logger.lines).toEqual([
      "info: SVC018 SIGTERM: decommissioned, waiting for the load balancers to leave",
      "info: SVC020 drained in 0.0 s: no probers seen, no requests seen, 0 requests cut",
    ]);
  });
});

describe("a drain that has nobody to wait for", () => {
  test.each<[rule: string, setup: Setup, cause: Partial<Cause>]>([
    ["no-server", { servers: [] }, {}],
    ["no-server", { servers: [], isDevelopment: true }, { isIdle: true }],
    ["idle", {}, { isIdle: true }],
    ["idle", { isDevelopment: true }, { isIdle: true }],
    ["development", { isDevelopment: true }, {}],
  ])("says %s, decommissions and does not announce a wait (%j, %j)", async (rule, setup, cause) => {
    const { run, logger, steps } = createSubject(setup);
    expect(await run({ reason: "SIGTERM", ...cause })).toMatchObject({ endedBy: rule, waitMs: 0 });
    expect(steps).toContain("decommission");
    expect(logger.lines).toHaveLength(1);
  });

  test("gives requests a second in development", async () => {
    const server = createServer([], { close: () => new Promise(() => {}), cut: () => 1 });
    const { run } = createSubject({ isDevelopment: true, servers: [server] });
    expect(await run()).toMatchObject({ closeMs: 1_000, requestsCut: 1 });
  });
});

describe("a worker of a cluster", () => {
  test("announces it, and closes behind the others", async () => {
    const { run, steps, logger } = createSubject({ isCovered: true });
    expect(await run()).toMatchObject({ endedBy: "peers" });
    expect(steps).toEqual([
      "forbid SIGTERM 28000",
      "announce",
      "leaving true",
      "accept",
      "close",
      "end streams",
      "stop watching",
    ]);
    expect(logger.lines[0]).toBe("info: SVC019 SIGTERM: closing, the other workers continue to serve");
  });

  test("waits for its clients to move, at most capMs", async () => {
    const server = createServer([], { idleConnections: 1 });
    const { run } = createSubject({ isCovered: true, servers: [server], options: { capMs: 200 } });
    expect(await run()).toMatchObject({ endedBy: "peers", waitMs: 200 });
  });

  test("leaves the balancers if the others have left too", async () => {
    const { run, steps } = createSubject({ isCovered: false });
    expect(await run()).toMatchObject({ endedBy: "evidence" });
    expect(steps.filter((step) => step === "announce")).toHaveLength(1);
    expect(steps).toContain("decommission");
    expect(steps).not.toContain("leaving true");
  });

  test("asks nobody if it is decommissioned already", async () => {
    const { run, steps, probe } = createSubject({ isCovered: true });
    probe.decommission();
    expect(await run()).toMatchObject({ endedBy: "evidence" });
    expect(steps).not.toContain("announce");
  });
});

describe("the endless responses of a drain", () => {
  test.each<[time: string, options: DrainOptions, lastMs: number]>([
    ["at most 10 s", { deadlineMs: 100_000 }, 10_000],
    ["a quarter of the time left", { deadlineMs: 8_000 }, 2_000],
    ["spreadMs", { streams: { spreadMs: 3_000 } }, 3_000],
    ["no time", { streams: { spreadMs: 0 } }, 0],
  ])("are ended over %s", async (_, options, lastMs) => {
    const { server, endedAt, clockOf } = createStreaming(40);
    const { run, clock } = createSubject({ servers: [server], options });
    clockOf.now = clock.monotonicNow;
    expect(await run()).toMatchObject({ streamsEnded: 40 });
    expect(endedAt[0]).toBeLessThan(lastMs + 50);
    expect(endedAt.at(-1)).toBeGreaterThan(lastMs * 0.9 - 1);
    expect(endedAt.at(-1)).toBeLessThanOrEqual(lastMs + 100);
  });

  test("that cannot be ended, and tests that fail, are warnings", async () => {
    const closed = createDeferred();
    const server = createServer([], {
      close: () => closed.promise,
      findEndless({ tests }) {
        const isFound = tests.isEndless({} as never, {} as never);
        const end = (): void => {
          closed.resolve();
          throw new Error(`gone: ${isFound}`);
        };
        return [{ identity: server, kind: "stream", end, destroy() {} }];
      },
    });
    const isEndless = (): boolean => {
      throw new Error("no route");
    };
    const { run, logger } = createSubject({ servers: [server], options: { streams: { isEndless } } });
    expect(await run()).toMatchObject({ ok: true });
    expect(logger.lines.slice(1, -1)).toEqual([
      "warn: SVC023 streams.isEndless failed: no route",
      "warn: SVC022 cannot end a stream: gone: false",
    ]);
  });

  test("include the clients of the application's WebSocket server", async () => {
    const closed = createDeferred();
    const clients = [{ close: () => closed.resolve() }];
    const server = createServer([], { close: () => closed.promise });
    const { run } = createSubject({ servers: [server], options: { websockets: { clients } } });
    expect(await run()).toMatchObject({ socketsClosed: 1, requestsCut: 0 });
  });
});
