import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type EventLoopCheck, type EventLoopOptions, eventLoop } from "../../src/checks/event-loop.ts";
import type { Status } from "../../src/core/status.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { type Asked, describeCheck } from "../contract/check.ts";

/** A check whose first window has just passed. */
async function pass(options?: EventLoopOptions): Promise<Asked> {
  const clock = createFakeClock();
  const handler = eventLoop({ ...options, clock });
  await clock.advance(10_000);
  return { handler };
}

describeCheck({
  name: "eventLoop",
  well: () => ({ handler: eventLoop() }),
  broken: {
    "delay (percentile 99) 0.0 ms (YELLOW from 0.0 ms, RED from 0.0 ms)": () =>
      pass({ warnDelayMs: 0, maxDelayMs: 0 }),
  },
  worrying: {
    "(YELLOW from 0.0 %)": () => pass({ warnUtilisation: 0 }),
  },
  mistakes: {
    "windowMs: expected a number from 100": () => eventLoop({ windowMs: 1 }),
    "percentile: expected a number from 1 to 100": () => eventLoop({ percentile: 0.99 }),
    "clock: expected an object with startTimer()": () => eventLoop({ clock: {} as FakeClock }),
    'options: unknown option "utilization"': () => eventLoop({ utilization: 1 } as object),
  },
});

function read(handler: EventLoopCheck) {
  return handler.status({ name: "Loop", signal: new AbortController().signal }) as Status & {
    labels: Record<string, number>;
  };
}

describe("eventLoop", () => {
  let clock: FakeClock;
  let handler: EventLoopCheck;

  beforeEach(() => {
    clock = createFakeClock();
    handler = eventLoop({ clock, windowMs: 1_000, percentile: 100 });
  });

  afterEach(() => handler.close());

  function report() {
    return read(handler);
  }

  /** Blocks the event loop between two samples of a histogram like the one of the check. */
  async function block(ms: number): Promise<void> {
    const histogram = monitorEventLoopDelay({ resolution: 20 });
    histogram.enable();
    await expect.poll(() => histogram.count, { interval: 5 }).toBeGreaterThan(1);
    const end = performance.now() + ms;
    while (performance.now() < end);
    const before = histogram.count;
    await expect.poll(() => histogram.count, { interval: 5 }).toBeGreaterThan(before + 1);
    histogram.disable();
  }

  test("gives numbers, and no verdict, before its first window has passed", async () => {
    await block(300);
    expect(report()).toMatchObject({ state: "OK", detail: expect.stringMatching(/^first window: /) });
    expect(report().labels["delay_seconds"]).toBeGreaterThan(0.2);
  });

  test("gives numbers for windows without a sample", async () => {
    for (let window = 0; window < 5; window += 1) {
      await clock.advance(1_000);
      expect(report().labels["delay_seconds"]).toBe(0);
      expect(report().labels["utilisation"]).toSatisfy(Number.isFinite);
    }
  });

  test("is not RED while the process is idle", async () => {
    const idle = eventLoop({ windowMs: 100 });
    await expect.poll(() => read(idle).detail, { interval: 20 }).not.toContain("first window");
    expect(read(idle).state).not.toBe("RED");
    idle.close();
  });

  test("tells how long the loop was blocked, and forgets it after the next window", async () => {
    await block(300);
    await clock.advance(1_000);
    expect(report()).toMatchObject({
      state: "YELLOW",
      detail: expect.stringMatching(/^delay \(percentile 100\)/),
    });
    expect(report().labels["delay_seconds"]).toBeGreaterThan(0.2);
    await clock.advance(1_000);
    expect(report().labels["delay_seconds"]).toBeLessThan(0.2);
  });

  test("does not count the time between two samples as a delay", async () => {
    // If it did, each window would show the 20 ms. On a busy machine, a window may show a real delay.
    await expect
      .poll(
        async () => {
          await block(0);
          await clock.advance(1_000);
          return report().labels["delay_seconds"];
        },
        { interval: 0 },
      )
      .toBeLessThan(0.02);
  });

  test("stops its timer when it is closed, and repeats the last window", async () => {
    expect(clock.pendingTimers).toBe(1);
    handler.close();
    expect(clock.pendingTimers).toBe(0);
    expect(report()).toEqual(report());
  });
});

describe("a runtime that cannot measure", () => {
  function pretend(runtime: "Deno" | "Bun"): void {
    vi.stubGlobal(runtime, {});
    onTestFinished(() => void vi.unstubAllGlobals());
  }

  test("is refused when the check is made: Deno never sees a blocked loop", () => {
    pretend("Deno");
    expect(() => eventLoop()).toThrow(
      new TypeError(
        "eventLoop: expected a runtime that measures the delay of its event loop, as Node.js does, got Deno",
      ),
    );
  });

  test("shows nothing that it does not measure: Bun knows the delay alone", async () => {
    pretend("Bun");
    const clock = createFakeClock();
    const handler = eventLoop({ clock });
    onTestFinished(handler.close);
    await clock.advance(10_000);
    expect(read(handler).detail).toMatch(/^delay \(percentile 99\) [^,]+, RED from 1000 ms\)$/);
    expect(Object.keys(read(handler).labels)).toEqual(["delay_seconds"]);
  });

  test.each(["warnUtilisation", "maxUtilisation"])(
    "judges nothing that it does not measure: %s",
    (option) => {
      pretend("Bun");
      expect(() => eventLoop({ [option]: 0.9 })).toThrow(
        new TypeError(`${option}: expected none, as Bun does not measure it, got 0.9`),
      );
    },
  );
});
