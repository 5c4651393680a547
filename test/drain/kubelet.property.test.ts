import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createDrain } from "../../src/drain/drain.ts";
import type { DrainOptions } from "../../src/drain/options.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { emitRequest, finishResponse } from "../support/fake-request.ts";

const FLOOR_MS = 5_000;
/** How long after the lag's end a Pod may stay at most. */
const MAX_AFTER_LAG_MS = 2_000;

interface Scene {
  readonly periodMs: number;
  /** How long the nodes go on sending requests after the signal. */
  readonly lagMs: number;
  readonly gapMs: number;
  readonly options?: DrainOptions;
}

/** A Pod with clients, whose kubelet probes it, and which is told to leave; all in simulated time. */
async function leave({ periodMs, lagMs, gapMs, options = { preset: "kubernetes" } }: Scene) {
  const clock = createFakeClock();
  const probe = createProbe();
  const server = createServer();
  const drain = createDrain(server, { probe, clock, balancerIdleMs: 0, ...options });
  const ask = createAsk({ probe, healthProbes: true });
  let stopsAt = Number.POSITIVE_INFINITY;
  let closedAt: number | undefined;
  let lost = 0;

  function probeAgain(): void {
    void ask("/readyz", { remoteAddress: "10.0.0.9", headers: { "user-agent": "kube-probe/1.31" } });
    clock.startTimer(periodMs, probeAgain);
  }
  function requestAgain(): void {
    if (clock.monotonicNow() >= stopsAt) return;
    clock.startTimer(gapMs, requestAgain);
    if (closedAt !== undefined) {
      lost += 1;
      return;
    }
    finishResponse(emitRequest(server));
  }

  probeAgain();
  requestAgain();
  await clock.advance(61_000);
  const signalledAt = clock.monotonicNow();
  stopsAt = signalledAt + lagMs;
  const ended = drain.start("SIGTERM").then((report) => {
    closedAt = clock.monotonicNow();
    return report;
  });
  for (let passedMs = 0; passedMs < 40_000; passedMs += 50) await clock.advance(50);
  const report = await ended;
  return { report, lost, leftAfterMs: (closedAt ?? 0) - signalledAt };
}

describe("a Pod that only kubelets probe", () => {
  test("loses nothing while the nodes lag up to the floor, and then leaves at once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          periodMs: fc.constantFrom(1_000, 2_000, 5_000, 10_000, 30_000),
          lagMs: fc.integer({ min: 500, max: FLOOR_MS }),
          gapMs: fc.integer({ min: 100, max: 30_000 }),
        }),
        async (scene) => {
          const { report, lost, leftAfterMs } = await leave(scene);
          expect({ lost, endedBy: report.endedBy }).toEqual({ lost: 0, endedBy: "quiet" });
          expect(leftAfterMs).toBeGreaterThanOrEqual(FLOOR_MS);
          expect(leftAfterMs).toBeLessThanOrEqual(Math.max(FLOOR_MS, scene.lagMs + MAX_AFTER_LAG_MS) + 50);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("stays beyond the floor as long as requests come, and leaves within 2 s of the last node", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          periodMs: fc.constantFrom(2_000, 10_000),
          lagMs: fc.integer({ min: FLOOR_MS, max: 12_000 }),
          gapMs: fc.integer({ min: 50, max: 900 }),
        }),
        async (scene) => {
          const { report, lost, leftAfterMs } = await leave(scene);
          expect({ lost, endedBy: report.endedBy }).toEqual({ lost: 0, endedBy: "quiet" });
          expect(leftAfterMs).toBeLessThanOrEqual(scene.lagMs + MAX_AFTER_LAG_MS);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("waits without the preset too, for the fallback", async () => {
    const { report } = await leave({ periodMs: 10_000, lagMs: 500, gapMs: 200, options: {} });
    expect(report).toMatchObject({ endedBy: "quiet", waitMs: 5_000 });
  });

  test("loses what comes after a pause beyond the floor, so the test can fail", async () => {
    const { lost } = await leave({ periodMs: 10_000, lagMs: 12_000, gapMs: 4_000 });
    expect(lost).toBeGreaterThan(0);
  });
});

test("an open connection without a request yet holds up the wait, and an idle one does not", async () => {
  const clock = createFakeClock();
  const probe = createProbe();
  const server = createServer((_, response) => response.end());
  const drain = createDrain(server, { probe, clock, preset: "kubernetes", balancerIdleMs: 0 });
  const ask = createAsk({ probe, healthProbes: true });
  for (let asked = 0; asked < 6; asked += 1) {
    await ask("/readyz", { headers: { "user-agent": "kube-probe/1.31" } });
    await clock.advance(10_000);
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => void server.close());
  let isLeft = false;
  const left = drain.start().then((report) => {
    isLeft = true;
    return report;
  });
  await clock.advance(4_500);
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  await once(server, "connection");
  await clock.advance(1_000);
  expect(isLeft).toBe(false);
  socket.end("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(socket.resume(), "close");
  await clock.advance(2_000);
  expect(await left).toMatchObject({ endedBy: "quiet", requestsServed: 1 });
});
