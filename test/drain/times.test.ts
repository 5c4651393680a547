import { describe, expect, test } from "vitest";
import { createTimes, type TimesSetup } from "../../src/drain/times.ts";

/** Half a minute from 1 s on. A sixth of it, 5 s, is reserved for closing, and as much for `onClose`. */
function createSubject(options: Partial<TimesSetup["options"]> = {}, getHasOnClose = () => true) {
  return createTimes({
    options: { hooksTimeoutMs: 2_000, deadlineMs: 30_000, ...options },
    startedAt: 1_000,
    getHasOnClose,
  });
}

describe("the times of a drain", () => {
  test("leave the wait all that closing and onClose do not need", () => {
    expect(createSubject().getWaitEndsAt()).toBe(31_000 - 5_000 - 2_000);
    expect(createSubject({ closeTimeoutMs: 3_000 }).getWaitEndsAt()).toBe(31_000 - 3_000 - 2_000);
    expect(createSubject({ hooksTimeoutMs: 9_000 }).getWaitEndsAt()).toBe(31_000 - 5_000 - 5_000);
  });

  test("reserve none for onClose without such a hook, which may be added at any time", () => {
    let hasOnClose = false;
    const times = createSubject({}, () => hasOnClose);
    expect(times.getWaitEndsAt()).toBe(31_000 - 5_000);
    expect(times.getLeaveHooksMs(21_000)).toBe(10_000);
    hasOnClose = true;
    expect(times.getWaitEndsAt()).toBe(31_000 - 5_000 - 2_000);
    expect(times.getLeaveHooksMs(21_000)).toBe(8_000);
  });

  test("give requests in flight closeTimeoutMs, or all that onClose does not need", () => {
    expect(createSubject().getCloseMs(21_000)).toBe(8_000);
    expect(createSubject({ closeTimeoutMs: 3_000 }).getCloseMs(21_000)).toBe(3_000);
    expect(createSubject({ closeTimeoutMs: 3_000 }).getCloseMs(27_000)).toBe(2_000);
  });

  test("let consumers return the rest of their work within a second, or less if the deadline is short", () => {
    const times = createSubject();
    expect(times.returnMs).toBe(1_000);
    expect(times.getFinishMs(21_000)).toBe(7_000);
    expect(times.getFinishMs(29_000)).toBe(0);
    expect(createSubject({ deadlineMs: 3_000 }).returnMs).toBe(250);
  });

  test("end onClose at the deadline", () => {
    expect(createSubject().getCloseHooksMs(21_000)).toBe(2_000);
    expect(createSubject().getCloseHooksMs(30_000)).toBe(1_000);
  });
});
