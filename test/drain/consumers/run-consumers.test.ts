import { describe, expect, test } from "vitest";
import { createProbe } from "../../../src/core/probe.ts";
import type { Consumer } from "../../../src/drain/consumers/consumer.ts";
import { runConsumers } from "../../../src/drain/consumers/run-consumers.ts";
import type { DrainContext } from "../../../src/drain/hooks.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createDeferred } from "../../support/deferred.ts";

const DEADLINE = { reason: "SIGTERM", finishMs: 1_000, returnMs: 500 };

function createSubject(...consumers: readonly Partial<Consumer>[]) {
  const clock = createFakeClock();
  const probe = createProbe();
  const calls: string[] = [];
  const lines: string[] = [];
  const full = consumers.map((consumer, index) => ({
    name: `c${index}`,
    stop: () => void calls.push(`stop c${index}`),
    finish: (): unknown => void calls.push(`finish c${index}`),
    resume: () => void calls.push(`resume c${index}`),
    ...consumer,
  }));
  const logger = { info() {}, warn() {}, error: (line: string) => void lines.push(line) };
  return { clock, probe, calls, lines, running: runConsumers({ consumers: full, probe, logger, clock }) };
}

/** Resolves with 1 left when the signal aborts. */
function untilAborted({ signal }: DrainContext): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ finished: 3, left: 1 }));
  });
}

describe("consumers that leave", () => {
  test("stop and finish side by side, and their counts are reported", async () => {
    const { running, calls, clock } = createSubject({ finish: () => ({ finished: 2, left: 0 }) }, {});
    const reports = await running.leave(DEADLINE);
    expect(calls).toEqual(["stop c0", "stop c1", "finish c1"]);
    expect(reports).toEqual([{ name: "c0", finished: 2, left: 0 }, { name: "c1" }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("get the reason and a deadline, at which they return the rest", async () => {
    const contexts: DrainContext[] = [];
    const { running, clock } = createSubject({
      stop: (context) => contexts.push(context),
      finish: untilAborted,
    });
    const startedAt = clock.now();
    const reports = running.leave(DEADLINE);
    await clock.advance(1_000);
    expect(await reports).toEqual([{ name: "c0", finished: 3, left: 1 }]);
    expect(contexts).toMatchObject([{ reason: "SIGTERM", deadlineAt: startedAt + 1_000 }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("do not hold up the drain when they hang, throw or answer nonsense", async () => {
    const { running, clock } = createSubject(
      { finish: () => new Promise(() => {}) },
      { stop: () => new Promise(() => {}) },
      {
        stop() {
          throw new Error("token=SECRET lost");
        },
      },
      { finish: () => Promise.reject(new Error("gone")) },
      { finish: () => ({ finished: -1, left: "many" }) },
    );
    const reports = running.leave(DEADLINE);
    await clock.advance(1_500);
    expect(await reports).toEqual([
      { name: "c0", error: "not finished after 1500 ms" },
      { name: "c1", error: "not finished after 1500 ms" },
      { name: "c2", error: "token=*** lost" },
      { name: "c3", error: "gone" },
      { name: "c4" },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a decommissioning by hand", () => {
  test("does not concern consumers unless they say so", async () => {
    const { probe, calls, clock } = createSubject({}, { onDecommission: true });
    probe.decommission();
    await clock.advance(0);
    expect(calls).toEqual(["stop c1"]);
    probe.commission();
    await clock.advance(0);
    expect(calls).toEqual(["stop c1", "resume c1"]);
  });

  test("stops a consumer once, without a deadline, even if another reason is given", async () => {
    const contexts: DrainContext[] = [];
    const { probe, clock } = createSubject({
      onDecommission: true,
      stop: (context) => contexts.push(context),
    });
    probe.decommission("deploy");
    probe.decommission("still deploying");
    await clock.advance(0);
    expect(contexts).toMatchObject([{ reason: "decommissioned", deadlineAt: Number.POSITIVE_INFINITY }]);
    expect(contexts[0]?.signal.aborted).toBe(false);
  });

  test("of a probe that is decommissioned already counts", async () => {
    const clock = createFakeClock();
    const probe = createProbe();
    probe.decommission();
    const calls: string[] = [];
    const consumer: Consumer = {
      name: "jobs",
      onDecommission: true,
      stop: () => void calls.push("stop"),
      finish: () => void calls.push("finish"),
      resume: () => void calls.push("resume"),
    };
    const running = runConsumers({ consumers: [consumer], probe, clock });
    await clock.advance(0);
    expect(calls).toEqual(["stop"]);
    await running.leave(DEADLINE);
    expect(calls).toEqual(["stop", "finish"]);
  });

  test("waits for a stop before it resumes, and logs what fails", async () => {
    let endStop = (): void => {};
    const { probe, calls, lines, clock } = createSubject({
      onDecommission: true,
      stop: () =>
        new Promise<void>((resolve) => {
          endStop = resolve;
        }),
      resume() {
        throw new Error("no broker");
      },
    });
    probe.decommission();
    probe.commission();
    await clock.advance(0);
    expect(lines).toEqual([]);
    endStop();
    await clock.advance(0);
    expect(lines).toEqual(["SVC027 consumer c0 cannot resume: no broker"]);
    expect(calls).toEqual([]);
  });

  test("logs a consumer that cannot stop, until the process leaves", async () => {
    const stops = [createDeferred<void>(), createDeferred<void>()];
    const { running, probe, lines, clock } = createSubject(
      ...stops.map(({ promise }) => ({ onDecommission: true, stop: () => promise })),
    );
    probe.decommission();
    stops[0]?.reject(new Error("no broker"));
    await clock.advance(0);
    const reports = running.leave(DEADLINE);
    stops[1]?.reject(new Error("no broker either"));
    await reports;
    expect(lines).toEqual(["SVC027 consumer c0 cannot stop: no broker"]);
  });

  test("is not followed after the drain is disposed of", async () => {
    const { running, probe, calls, clock } = createSubject({ onDecommission: true });
    running.dispose();
    probe.decommission();
    await clock.advance(0);
    expect(calls).toEqual([]);
  });

  test("is followed until the process leaves", async () => {
    const { running, probe, calls, clock } = createSubject({ onDecommission: true });
    await running.leave(DEADLINE);
    probe.decommission();
    await clock.advance(0);
    expect(calls).toEqual(["stop c0", "finish c0"]);
  });
});
