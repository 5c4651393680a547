import { describe, expect, test } from "vitest";
import { createProbe } from "../../../src/core/probe.ts";
import type { Consumer } from "../../../src/drain/consumers/consumer.ts";
import { loop } from "../../../src/drain/consumers/loop.ts";
import { createDrain } from "../../../src/drain/drain.ts";
import type { DrainContext } from "../../../src/drain/hooks.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createRecordingLogger } from "../../support/registry.ts";

const CONSUMER_EXPECTED =
  "consumers[0]: expected a consumer with a name, stop() and finish(), and resume() for onDecommission, got an object";
const OPTIONS = { deadlineMs: 12_000, hooksTimeoutMs: 5_000 };

describe("a drain of a process without a server", () => {
  test("waits for the consumers and for nobody else, then calls onClose", async () => {
    const clock = createFakeClock();
    const probe = createProbe();
    const logger = createRecordingLogger();
    const order: string[] = [];
    const jobs = loop(
      () =>
        new Promise<void>((resolve) => {
          clock.startTimer(3_000, () => {
            order.push("job");
            resolve();
          });
        }),
      { name: "jobs", clock },
    );
    const onClose = [() => void order.push("onClose")];
    const drain = createDrain([], { ...OPTIONS, consumers: [jobs], onClose, probe, clock, logger });
    await clock.advance(4_000);
    const started = drain.start("SIGTERM");
    await clock.advance(2_000);
    const report = await started;
    expect(report).toMatchObject({ ok: true, endedBy: "no-server", waitMs: 0, totalMs: 2_000 });
    expect(report.consumers).toEqual([{ name: "jobs", finished: 1, left: 0 }]);
    expect(order).toEqual(["job", "job", "onClose"]);
    expect(probe.commissioned).toBe(false);
    expect(logger.lines.at(-1)).toContain("SVC020 drained in 2.0 s: jobs: 1 finished, 0 left");
    expect(clock.pendingTimers).toBe(0);
  });

  test("lets the consumers return the rest before the share of onClose", async () => {
    const clock = createFakeClock();
    const contexts: DrainContext[] = [];
    const returned: number[] = [];
    const endless: Consumer = {
      name: "endless",
      stop: (context) => contexts.push(context),
      finish: ({ signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            returned.push(clock.monotonicNow());
            resolve({ finished: 0, left: 1 });
          });
        }),
    };
    const hanging: Consumer = { ...endless, name: "hanging", finish: () => new Promise(() => {}) };
    const closed: number[] = [];
    const drain = createDrain([], {
      ...OPTIONS,
      consumers: [endless, hanging],
      onClose: [() => void closed.push(clock.monotonicNow())],
      probe: createProbe(),
      clock,
    });
    const started = drain.start();
    await clock.advance(12_000);
    const report = await started;
    // Of 12 s, 2 s are reserved for onClose and 1 s to return the rest.
    expect(contexts.map(({ deadlineAt }) => deadlineAt - clock.now() + 12_000)).toEqual([9_000, 9_000]);
    expect(returned).toEqual([9_000]);
    expect(closed).toEqual([10_000]);
    expect(report.ok).toBe(false);
    expect(report.consumers).toEqual([
      { name: "endless", finished: 0, left: 1 },
      { name: "hanging", error: "not finished after 10000 ms" },
    ]);
  });

  test.each([
    [{ consumers: {} }, "consumers: expected an array of consumers, got an object"],
    [{ consumers: [{ name: "x" }] }, CONSUMER_EXPECTED],
    [{ consumers: [{ name: "", stop() {}, finish() {} }] }, CONSUMER_EXPECTED],
    [{ consumers: [{ name: "x", stop() {}, finish() {}, onDecommission: true }] }, CONSUMER_EXPECTED],
  ])("rejects %j", (options, message) => {
    expect(() => createDrain([], options as never)).toThrow(message);
  });
});
