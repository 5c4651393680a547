import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { correct } from "../../../src/cli/doctor/correct.ts";
import { diagnose } from "../../../src/cli/doctor/diagnose.ts";
import type { Declared, Numbers } from "../../../src/cli/doctor/numbers.ts";
import { resolveNumbers } from "../../../src/cli/doctor/numbers.ts";
import { createProbe } from "../../../src/core/probe.ts";
import { createDrain } from "../../../src/drain/drain.ts";
import type { DrainReport } from "../../../src/drain/report.ts";
import { createAsk } from "../../../src/testing/ask.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";

/**
 * The real drain, in a time that is moved, behind a balancer with these numbers that has asked just before the signal.
 * It sends requests until it has been refused `fall` times.
 */
async function drainBehindBalancer(numbers: Numbers): Promise<DrainReport> {
  const {
    probeIntervalMs = 0,
    fall = 0,
    redsSeen,
    capMs,
    closeTimeoutMs,
    hooksTimeoutMs,
    deadlineMs,
  } = numbers;
  const clock = createFakeClock();
  const probe = createProbe();
  const server = createServer();
  const closing = closeTimeoutMs === undefined ? {} : { closeTimeoutMs };
  const options = { redsSeen, capMs, ...closing, hooksTimeoutMs, deadlineMs };
  const drain = createDrain(server, { ...options, probe, clock, onClose: [() => {}], balancerIdleMs: 0 });
  const ask = createAsk({ probe });
  let refusals = 0;

  async function askAgain(): Promise<void> {
    const { status } = await ask("/probe_status", { remoteAddress: "10.0.0.1" });
    refusals = status === 200 ? 0 : refusals + 1;
  }
  function request(): void {
    clock.startTimer(100, request);
    if (refusals >= fall) return;
    const incoming = Object.assign(new IncomingMessage(new Socket()), { url: "/", httpVersionMajor: 1 });
    server.emit("request", incoming, new ServerResponse(incoming));
  }

  request();
  for (let asked = 0; asked * probeIntervalMs < 60_000; asked += 1) {
    await askAgain();
    await clock.advance(probeIntervalMs);
  }
  await askAgain();
  let report: DrainReport | undefined;
  void drain.start("SIGTERM").then((ended) => {
    report = ended;
  });
  for (let passedMs = 50; report === undefined && passedMs < 120_000; passedMs += 50) {
    await clock.advance(50);
    if (passedMs % probeIntervalMs === 0) await askAgain();
  }
  return report ?? expect.unreachable("still draining");
}

function findErrors(declared: Declared): readonly string[] {
  return diagnose(declared).flatMap(({ severity, text }) => (severity === "error" ? [text] : []));
}

const BALANCED: readonly Declared[] = [
  { probeIntervalMs: 500, fall: 3 },
  { probeIntervalMs: 2_000, fall: 3 },
  { probeIntervalMs: 5_000, fall: 2, redsSeen: 2 },
  { probeIntervalMs: 4_000, fall: 4, redsSeen: 4 },
  { probeIntervalMs: 1_000, fall: 3, deadlineMs: 8_000 },
];

const LOSING: readonly Declared[] = [
  { probeIntervalMs: 5_000, fall: 4, redsSeen: 4 },
  { probeIntervalMs: 10_000, fall: 3 },
  { probeIntervalMs: 2_000, fall: 3, capMs: 5_000 },
  { probeIntervalMs: 2_000, fall: 3, deadlineMs: 8_000 },
  { probeIntervalMs: 30_000, fall: 2, redsSeen: 2 },
];

describe("what the doctor says of a balancer is what the drain does", () => {
  test.each(BALANCED)("%j: nothing is wrong, and the balancer is seen to leave", async (declared) => {
    expect(findErrors(declared)).toEqual([]);
    expect(await drainBehindBalancer(resolveNumbers(declared))).toMatchObject({ endedBy: "evidence" });
  });

  test.each(LOSING)("%j: cannot work, and the wait ends before it has left", async (declared) => {
    expect(findErrors(declared)).toEqual([expect.stringContaining("the balancer still sends requests")]);
    const { endedBy } = await drainBehindBalancer(resolveNumbers(declared));
    expect(["cap", "deadline"]).toContain(endedBy);
  });

  test.each(LOSING)(
    "%j: with the settings that it prints, the balancer is seen to leave",
    async (declared) => {
      const corrected = correct(declared, "haproxy");
      expect(await drainBehindBalancer(corrected)).toMatchObject({ endedBy: "evidence" });
    },
  );
});
