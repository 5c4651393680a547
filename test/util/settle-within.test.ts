import { expect, test } from "vitest";
import { settleWithin } from "../../src/util/settle-within.ts";
import { createWatchedClock } from "../support/watched-clock.ts";

const never = new Promise<never>(() => {});

test("a promise that settles in time settles as it does, and leaves no timer", async () => {
  const clock = createWatchedClock();
  expect(await settleWithin(Promise.resolve("done"), 100, { clock })).toBe("done");
  await expect(settleWithin(Promise.reject(new Error("broken")), 100, { clock })).rejects.toThrow("broken");
  expect(clock.pendingTimers).toBe(0);
});

test.each([
  [{}, "timed out after 100 ms"],
  [{ message: "too late" }, "too late"],
])("one that does not is rejected: %o", async (options, message) => {
  const clock = createWatchedClock();
  const settled = expect(settleWithin(never, 100, { clock, ...options })).rejects.toThrow(new Error(message));
  await clock.advance(100);
  await settled;
});

test.each([
  [{}, false],
  [{ background: false }, false],
  [{ background: true }, true],
])("waiting keeps the process alive unless it is in the background: %o", async (options, background) => {
  const clock = createWatchedClock();
  const settled = settleWithin(never, 100, { clock, ...options }).catch(() => "over");
  expect(clock.started).toEqual([{ delayMs: 100, background }]);
  await clock.advance(100);
  expect(await settled).toBe("over");
});
