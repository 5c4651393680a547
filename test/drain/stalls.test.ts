import { describe, expect, test } from "vitest";
import { createStalls, NEVER_STALLED } from "../../src/drain/stalls.ts";

/** A clock whose timers fire when the event loop is free: at the next `runUntil`. */
function start() {
  const timers: { readonly dueAt: number; readonly run: () => void; readonly isBackground: boolean }[] = [];
  let now = 1_000;
  const stalls = createStalls({
    monotonicNow: () => now,
    startTimer(delayMs, run, { background = false } = {}) {
      const timer = { dueAt: now + delayMs, run, isBackground: background };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  });

  function fireDue(): void {
    for (const timer of timers.filter(({ dueAt }) => dueAt <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.run();
    }
  }

  return {
    stalls,
    timers,
    measure: () => stalls.measure(now),
    /** The event loop does something else, and no timer fires. */
    block(ms: number) {
      now += ms;
    },
    fireDue,
    /** The event loop is free. */
    runFor(ms: number) {
      for (const end = now + ms; now < end; now += 10) fireDue();
    },
  };
}

describe("the stalls of an event loop", () => {
  test("are none while the timer fires in time, or a little late", () => {
    const { measure, runFor, block, fireDue } = start();
    measure();
    runFor(2_050);
    block(150);
    fireDue();
    expect(measure()).toEqual(NEVER_STALLED);
  });

  test("are measured by the timer, less at most its interval", () => {
    const { measure, block, runFor } = start();
    measure();
    runFor(1_050);
    block(3_000);
    runFor(100);
    const { totalMs, endedAt } = measure();
    expect(totalMs).toBeGreaterThanOrEqual(2_900);
    expect(totalMs).toBeLessThanOrEqual(3_000);
    expect(endedAt).toBe(1_000 + 1_050 + 3_000);
  });

  test("are known to a request that is seen before the timer fires, and count once", () => {
    const { measure, block, runFor } = start();
    measure();
    block(600);
    expect(measure()).toEqual({ totalMs: 500, endedAt: 1_600 });
    expect(measure().totalMs).toBe(500);
    runFor(1_000);
    expect(measure()).toEqual({ totalMs: 500, endedAt: 1_600 });
  });

  test("begin at the last request, whose handler may be the cause", () => {
    const { measure, block } = start();
    measure();
    block(190);
    measure();
    block(400);
    expect(measure().totalMs).toBe(400);
  });

  test("are measured while somebody reads, with one timer that keeps no process alive", () => {
    const { measure, runFor, timers } = start();
    expect(timers).toHaveLength(0);
    measure();
    measure();
    expect(timers).toMatchObject([{ isBackground: true }]);
    runFor(59_000);
    expect(timers).toHaveLength(1);
    runFor(2_000);
    expect(timers).toHaveLength(0);
    measure();
    expect(timers).toHaveLength(1);
  });

  test("are not measured any longer after the end", () => {
    const { measure, stalls, timers, block } = start();
    measure();
    stalls.stop();
    block(5_000);
    expect(measure()).toEqual(NEVER_STALLED);
    expect(timers).toHaveLength(0);
  });
});
