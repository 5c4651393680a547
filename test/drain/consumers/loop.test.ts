import { describe, expect, test, vi } from "vitest";
import { type LoopOptions, loop } from "../../../src/drain/consumers/loop.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createWatchedClock } from "../../support/watched-clock.ts";

function createContext() {
  const controller = new AbortController();
  const context = { reason: "SIGTERM", signal: controller.signal, deadlineAt: 0 };
  return { context, abort: () => controller.abort() };
}

/** A job of 100 ms that finds work `works` times. */
function createSubject(works: number, options: LoopOptions = {}) {
  const clock = createFakeClock();
  const runs = { begun: 0, aborted: 0 };
  const consumer = loop(
    ({ signal }) => {
      runs.begun += 1;
      const hasWork = runs.begun <= works;
      signal.addEventListener("abort", () => (runs.aborted += 1));
      return new Promise((resolve) => clock.startTimer(100, () => resolve(hasWork)));
    },
    { clock, ...options },
  );
  return { clock, runs, consumer, ...createContext() };
}

describe("loop", () => {
  test("runs the job one after the other, and pauses when there is no work", async () => {
    const { clock, runs, consumer, context } = createSubject(3);
    await clock.advance(350);
    expect(runs.begun).toBe(4);
    await clock.advance(1_000);
    expect(runs.begun).toBe(4);
    await clock.advance(60);
    expect(runs.begun).toBe(5);
    consumer.stop(context);
    await clock.advance(100);
    expect(await consumer.finish(context)).toEqual({ finished: 0, left: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  test("pauses no more after it stopped in the middle of a run without work", async () => {
    const { clock, runs, consumer, context } = createSubject(0);
    consumer.stop(context);
    await clock.advance(100);
    expect(clock.pendingTimers).toBe(0);
    consumer.resume?.();
    await clock.advance(0);
    expect(runs.begun).toBe(2);
    consumer.stop(context);
  });

  test("keeps no process alive while it pauses", async () => {
    const clock = createWatchedClock();
    const consumer = loop(() => false, { clock });
    await clock.advance(0);
    expect(clock.started).toEqual([{ delayMs: 1_000, background: true }]);
    expect(consumer.name).toBe("loop");
    consumer.stop(createContext().context);
  });

  test("finishes the current run and begins no other", async () => {
    const done: number[] = [];
    const { clock, runs, consumer, context } = createSubject(9, { progress: { done: () => done.push(1) } });
    await clock.advance(250);
    consumer.stop(context);
    const result = consumer.finish(context);
    await clock.advance(1_000);
    expect(await result).toEqual({ finished: 1, left: 0 });
    expect(runs).toEqual({ begun: 3, aborted: 0 });
    expect(done).toHaveLength(3);
  });

  test("aborts a run that has not ended at the deadline", async () => {
    const { clock, runs, consumer, context, abort } = createSubject(9);
    await clock.advance(50);
    const result = consumer.finish(context);
    abort();
    expect(await result).toEqual({ finished: 0, left: 1 });
    expect(runs).toEqual({ begun: 1, aborted: 1 });
  });

  test.each([
    ["returns its work", 200, { finished: 0, left: 1 }],
    ["ends anyway", 200, { finished: 1, left: 0 }],
    ["does not end in time", 600, { finished: 0, left: 1 }],
  ])("waits half a second for an aborted run, which %s", async (outcome, takesMs, expected) => {
    const clock = createFakeClock();
    let isReturned = false;
    const consumer = loop(
      ({ signal }) =>
        new Promise<void>((resolve, reject) => {
          signal.addEventListener("abort", () =>
            clock.startTimer(takesMs, () => {
              isReturned = true;
              if (outcome === "returns its work") reject(signal.reason);
              else resolve();
            }),
          );
        }),
      { clock },
    );
    const { context, abort } = createContext();
    const result = consumer.finish({ ...context, deadlineAt: clock.now() + 22_000 });
    let isSettled = false;
    void Promise.resolve(result).then(() => {
      isSettled = true;
    });
    abort();
    await clock.advance(190);
    expect(isSettled).toBe(false);
    await clock.advance(310);
    expect(isSettled).toBe(true);
    expect(await result).toEqual(expected);
    expect(isReturned).toBe(takesMs < 500);
    await clock.advance(1_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test("waits less than half a second if the deadline is short", async () => {
    const { clock, consumer, context, abort } = createSubject(9);
    const ended = vi.fn<() => void>();
    const result = Promise.resolve(consumer.finish({ ...context, deadlineAt: clock.now() + 750 }));
    void result.then(ended);
    abort();
    await clock.advance(49);
    expect(ended).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(await result).toEqual({ finished: 0, left: 1 });
  });

  test("ends a pause at once when it stops, and runs again after it resumes", async () => {
    const { clock, runs, consumer, context } = createSubject(0, { pauseMs: 10_000 });
    await clock.advance(200);
    consumer.stop(context);
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
    consumer.resume?.();
    await clock.advance(0);
    expect(runs.begun).toBe(2);
    consumer.resume?.();
    consumer.stop(context);
    consumer.resume?.();
    await clock.advance(100);
    expect(runs.begun).toBe(2);
    await clock.advance(10_000);
    expect(runs.begun).toBe(3);
  });

  test("survives a job that throws and a listener that throws", async () => {
    const clock = createFakeClock();
    const errors: unknown[] = [];
    const consumer = loop(
      () => {
        throw new Error("no table");
      },
      {
        clock,
        pauseMs: 100,
        onError(error) {
          errors.push(error);
          throw new Error("no logger");
        },
      },
    );
    await clock.advance(250);
    expect(errors).toHaveLength(3);
    consumer.stop(createContext().context);
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    ["job: expected a function", () => loop(1 as never)],
    ["pauseMs: expected a number from 0", () => loop(() => false, { pauseMs: -1 })],
    ["onError: expected a function", () => loop(() => false, { onError: 1 as never })],
  ])("rejects mistakes: %s", (message, create) => {
    expect(create).toThrow(message);
  });
});
