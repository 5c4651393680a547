import tty from "node:tty";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import { createObserver } from "../../src/drain/observer.ts";
import { type DrainOptions, resolveDrainOptions } from "../../src/drain/options.ts";
import { createRequests } from "../../src/drain/requests.ts";
import { NEVER_STALLED, type Stalled } from "../../src/drain/stalls.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createRecordingLogger } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

// Not imported: tests that do so fork, and are not run for each change of the sources.
const cluster = process.getBuiltinModule("node:cluster") as unknown as { isWorker: boolean };

const DRAINING = { reason: "SIGTERM", deadlineAt: Date.UTC(2026, 0, 1, 0, 0, 28) };

function createSubject({ probe = createProbe(), ...options }: DrainOptions = {}) {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const requests = createRequests(clock);
  const seams = getProbeSeams(probe);
  const leaving: boolean[] = [];
  let stalled: Stalled = NEVER_STALLED;
  const observer = createObserver({
    options: resolveDrainOptions({ probe, clock, logger, ...options }),
    seams,
    requests,
    stalls: { measure: () => stalled },
    onLeaving: (isLeaving) => void leaving.push(isLeaving),
  });
  onTestFinished(observer.stop);
  return {
    clock,
    logger,
    probe,
    requests,
    seams,
    leaving,
    observer,
    stall(endedAt: number) {
      stalled = { totalMs: 1_000, endedAt };
    },
    answer: (status = 200) => seams.answered.emit({ request: createStatusRequest(), status }),
    decide: () => observer.decide(clock.monotonicNow()),
  };
}

/** Probed for 30 s, with 30 requests a minute and more, or with fewer. */
async function createProbed({
  isBusy = true,
  ...options
}: DrainOptions & { readonly isBusy?: boolean } = {}) {
  const subject = createSubject(options);
  for (let second = 0; second < 30; second += 1) {
    subject.answer();
    if (isBusy) for (const request of [{}, {}]) subject.requests.record(request)(true);
    await subject.clock.advance(1_000);
  }
  return subject;
}

/** Reads a probe that changes without the observer's help. */
function setBody(probe: Probe, body: string): void {
  if (body === "OK") probe.commission();
  else probe.decommission(body);
}

describe("the observer of a probe", () => {
  test("reports each change of the service, but not of the body alone", () => {
    const { probe, leaving } = createSubject();
    expect(leaving).toEqual([]);
    for (const body of ["OFF", "UPGRADE", "OK", "OFF"]) setBody(probe, body);
    expect(leaving).toEqual([true, false, true]);
  });

  test("reports at once that the probe is decommissioned from the start", () => {
    const { leaving, decide, clock } = createSubject({
      probe: createProbe({ body: "STARTING" }),
      fixedMs: 0,
    });
    expect(leaving).toEqual([true]);
    expect(decide()).toBe("fixed");
    expect(clock.pendingTimers).toBe(0);
  });

  test("counts the wait from the last decommissioning, whoever did it", async () => {
    const { probe, clock, decide, observer } = createSubject({ fixedMs: 1_000 });
    expect(decide()).toBeUndefined();
    await clock.advance(5_000);
    expect(decide()).toBeUndefined();
    probe.decommission();
    await clock.advance(999);
    expect(decide()).toBeUndefined();
    observer.decommission();
    await clock.advance(1);
    expect(decide()).toBe("fixed");
    probe.commission();
    expect(decide()).toBeUndefined();
    probe.decommission();
    expect(decide()).toBeUndefined();
    await clock.advance(1_000);
    expect(decide()).toBe("fixed");
  });

  test("counts the refusals of probers, and the requests served, from then on", async () => {
    const { observer, answer, requests, clock } = await createProbed();
    requests.record({})(true);
    expect(requests.served).toBe(0);
    observer.decommission();
    answer(503);
    requests.record({})(true);
    expect(observer.probers).toMatchObject([{ intervalMs: 1_000, refusals: 1, refusedWith: 503 }]);
    expect(requests.served).toBe(1);
    await clock.advance(1_000);
    answer(503);
    expect(observer.probers).toMatchObject([{ refusals: 2 }]);
  });

  test("counts no refusals any longer after the probe was commissioned", async () => {
    const { observer, probe, answer, requests } = await createProbed();
    observer.decommission();
    answer(503);
    probe.commission();
    answer(503);
    requests.record({})(true);
    expect(observer.probers).toMatchObject([{ refusals: 0 }]);
    expect(requests.served).toBe(0);
  });

  test("ends the wait when the probers have left and the requests have stopped", async () => {
    const { observer, answer, clock, decide } = await createProbed();
    observer.decommission();
    for (let count = 0; count < 3; count += 1) {
      expect(decide()).toBeUndefined();
      answer(503);
      await clock.advance(1_000);
    }
    expect(decide()).toBe("evidence");
  });

  test("goes on while requests come after the decommissioning", async () => {
    const { observer, answer, clock, decide, requests } = await createProbed();
    observer.decommission();
    for (let count = 0; count < 5; count += 1) {
      answer(503);
      await clock.advance(1_000);
      requests.record({});
      expect(decide()).toBeUndefined();
    }
  });

  test("compares with the traffic of the minute before: fewer than 30 requests prove nothing", async () => {
    const { observer, answer, clock, decide } = await createProbed({ isBusy: false });
    observer.decommission();
    for (let count = 0; count < 4; count += 1) {
      answer(503);
      await clock.advance(1_000);
    }
    expect(decide()).toBeUndefined();
    await clock.advance(1_000);
    expect(decide()).toBe("fallback");
  });

  test("waits a moment for what arrived while the event loop was blocked", async () => {
    const { observer, answer, clock, decide, stall } = await createProbed();
    observer.decommission();
    for (let count = 0; count < 3; count += 1) {
      answer(503);
      await clock.advance(1_000);
    }
    stall(clock.monotonicNow());
    expect(decide()).toBeUndefined();
    await clock.advance(200);
    expect(decide()).toBe("evidence");
  });

  test("does not learn an interval from the requests of a worker, which are a part of all", async () => {
    const { isWorker } = cluster;
    cluster.isWorker = true;
    onTestFinished(() => void Object.assign(cluster, { isWorker }));
    const { observer, answer, clock } = createSubject();
    for (let count = 0; count < 4; count += 1) {
      answer();
      await clock.advance(1_000);
    }
    observer.decommission();
    expect(observer.probers).toMatchObject([{ isKnown: false }]);
  });

  test("reports nothing more after the end, and can still be asked to leave", async () => {
    const { observer, probe, seams, answer, leaving, clock, decide } = createSubject({ fixedMs: 500 });
    answer();
    observer.stop();
    answer(503);
    expect(observer.probers).toHaveLength(1);
    observer.decommission();
    expect(probe.commissioned).toBe(false);
    expect(leaving).toEqual([]);
    expect(decide()).toBeUndefined();
    await clock.advance(500);
    expect(decide()).toBe("fixed");
    expect(seams.peers).toBeUndefined();
  });
});

describe("the probe of a process that is about to end", () => {
  test("names the reason and the latest end once it is decommissioned, and not before", () => {
    const { observer, probe } = createSubject();
    observer.forbidCommissioning(DRAINING);
    expect(probe.state).toBe("in-service");
    observer.decommission();
    expect(probe).toMatchObject({
      state: "draining",
      reason: "SIGTERM",
      until: new Date(DRAINING.deadlineAt),
    });
  });

  test.each([
    ["", "drain"],
    ["new\nversion", "new version"],
    ["x".repeat(300), "x".repeat(200)],
  ])("shows the reason %j as one short line", (reason, shown) => {
    const { observer, probe } = createSubject();
    observer.forbidCommissioning({ ...DRAINING, reason });
    observer.decommission();
    expect(probe.reason).toBe(shown);
  });

  test("is decommissioned again if it is commissioned, with a warning", async () => {
    const { observer, probe, logger, leaving } = createSubject();
    observer.forbidCommissioning(DRAINING);
    observer.decommission();
    probe.commission();
    await Promise.resolve();
    expect(probe.state).toBe("draining");
    expect(leaving).toEqual([true, false, true]);
    expect(logger.lines).toEqual([
      "warn: SVC021 commissioned while draining: decommissioned again, because the process is about to exit",
    ]);
  });

  test("may be commissioned by an operator as long as nothing drains", async () => {
    const { observer, probe, logger } = createSubject();
    observer.decommission();
    probe.commission();
    await Promise.resolve();
    expect(probe.commissioned).toBe(true);
    expect(logger.lines).toEqual([]);
  });

  test("keeps the body of an operator", () => {
    const { observer, probe } = createSubject();
    probe.decommission("UPGRADE");
    observer.decommission();
    expect(probe.body).toBe("UPGRADE");
  });

  test("leaves alone, without the other workers of the cluster", () => {
    const { observer, probe, seams } = createSubject();
    const steps: string[] = [];
    seams.peers = {
      leave: () => Promise.resolve(true),
      alone(change) {
        steps.push(`alone ${probe.body}`);
        change();
        steps.push(`done ${probe.body}`);
      },
    };
    observer.decommission();
    expect(steps).toEqual(["alone OK", "done OFF"]);
  });

  test("may be the application's own, which cannot show why it drains", () => {
    const own = createProbe();
    const { observer } = createSubject({
      probe: {
        get commissioned() {
          return own.commissioned;
        },
        decommission: own.decommission,
        commission: own.commission,
        on: own.on,
      } as Probe,
    });
    observer.forbidCommissioning(DRAINING);
    observer.decommission();
    expect(own.state).toBe("decommissioned");
  });
});

describe("a process in development", () => {
  function createInTerminal(options: DrainOptions = {}, isTerminal = true) {
    vi.spyOn(tty, "isatty").mockReturnValue(isTerminal);
    onTestFinished(() => void vi.restoreAllMocks());
    return createSubject(options);
  }

  test("runs in a terminal and was never probed", () => {
    const { observer, answer } = createInTerminal();
    expect(observer.isDevelopment).toBe(true);
    answer();
    expect(observer.isDevelopment).toBe(false);
    expect(createInTerminal({}, false).observer.isDevelopment).toBe(false);
  });

  test("is not one that was told how long to wait", () => {
    expect(createInTerminal({ floorMs: 100 }).observer.isDevelopment).toBe(false);
  });
});
