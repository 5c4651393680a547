import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UnknownHandlerError } from "../../../src/core/errors.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import type { WaitOptions } from "../../../src/core/registry/wait.ts";
import { OK, RED, type State, YELLOW } from "../../../src/core/state.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";

let clock: FakeClock;
let registry: StatusRegistry;
let state: State;
let callTimes: number[];

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
  state = RED;
  callTimes = [];
});

afterEach(() => {
  expect(clock.pendingTimers).toBe(0);
});

const hang = (): Promise<never> => new Promise(() => {});

function addDatabase(): void {
  registry.addStatusHandler("Database", () => {
    callTimes.push(clock.monotonicNow());
    return { state };
  });
}

/** Waits for the database to be OK, and keeps how the wait ended, once it has. */
function startWaiting(options?: WaitOptions): { end?: unknown } {
  const waiting: { end?: unknown } = {};
  registry.waitForStatus("Database", OK, options).then(
    (answer) => {
      waiting.end = answer;
    },
    (error: unknown) => {
      waiting.end = error;
    },
  );
  return waiting;
}

describe("waiting for a state", () => {
  test("ends at once when the handler is in it", async () => {
    state = YELLOW;
    addDatabase();
    expect(await registry.waitForStatus("Database", YELLOW)).toBe(true);
    expect(callTimes).toEqual([0]);
  });

  test("asks every second, and ends with true as soon as the answer is yes", async () => {
    addDatabase();
    const waiting = startWaiting();
    await clock.advance(2_500);
    state = OK;
    await clock.advance(499);
    expect(waiting).toEqual({});
    await clock.advance(1);
    expect(waiting).toEqual({ end: true });
    expect(callTimes).toEqual([0, 1_000, 2_000, 3_000]);
  });

  test("is not content with a better or a worse state", async () => {
    addDatabase();
    const waiting = registry.waitForStatus("Database", YELLOW, { timeoutMs: 3_500 });
    await clock.advance(1_500);
    state = OK;
    await clock.advance(2_000);
    expect(await waiting).toBe(false);
  });

  test("makes its pauses as long as intervalMs, counted from the answer", async () => {
    registry.addStatusHandler("Database", () => {
      callTimes.push(clock.monotonicNow());
      return new Promise((resolve) => void clock.startTimer(100, () => resolve({ state })));
    });
    const waiting = startWaiting({ intervalMs: 250 });
    await clock.advance(600);
    state = OK;
    await clock.advance(200);
    expect(waiting).toEqual({ end: true });
    expect(callTimes).toEqual([0, 350, 700]);
  });

  test("goes on for ever unless told otherwise", async () => {
    addDatabase();
    const waiting = startWaiting({ intervalMs: 3_600_000 });
    await clock.advance(30 * 86_400_000);
    expect(waiting).toEqual({});
    state = OK;
    await clock.advance(3_600_000);
    expect(waiting).toEqual({ end: true });
  });

  test("may be done by several at once, each with its own options", async () => {
    addDatabase();
    const [patient, hasty] = [startWaiting(), startWaiting({ timeoutMs: 500 })];
    await clock.advance(500);
    expect([patient, hasty]).toEqual([{}, { end: false }]);
    state = OK;
    await clock.advance(500);
    expect(patient).toEqual({ end: true });
  });

  test("takes a handler that is replaced or added meanwhile", async () => {
    addDatabase();
    const waiting = startWaiting();
    await clock.advance(500);
    registry.addStatusHandler("Database", () => ({ state: OK }));
    await clock.advance(500);
    expect(waiting).toEqual({ end: true });
  });
});

describe("timeoutMs", () => {
  test("ends the wait with false, exactly then", async () => {
    addDatabase();
    const waiting = startWaiting({ timeoutMs: 2_500 });
    await clock.advance(2_499);
    expect(waiting).toEqual({});
    await clock.advance(1);
    expect(waiting).toEqual({ end: false });
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10_000);
    expect(callTimes).toEqual([0, 1_000, 2_000]);
  });

  test("ends the wait even while the handler hangs", async () => {
    registry.addStatusHandler("Database", hang);
    const waiting = startWaiting({ timeoutMs: 700 });
    await clock.advance(700);
    expect(waiting).toEqual({ end: false });
    await clock.advance(4_300); // the call's own deadline
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends the wait while the name is unknown", async () => {
    const waiting = startWaiting({ timeoutMs: 700 });
    await clock.advance(700);
    expect(waiting).toEqual({ end: false });
  });

  test("0 asks once", async () => {
    addDatabase();
    const refused = startWaiting({ timeoutMs: 0 });
    await clock.advance(0);
    expect(refused).toEqual({ end: false });
    state = OK;
    expect(await registry.waitForStatus("Database", OK, { timeoutMs: 0 })).toBe(true);
    expect(callTimes).toEqual([0, 0]);
  });

  test("leaves no timer when the state comes before it", async () => {
    addDatabase();
    state = OK;
    expect(await registry.waitForStatus("Database", OK, { timeoutMs: 60_000 })).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("an unknown name", () => {
  test("counts as not yet, until it is registered", async () => {
    const waiting = startWaiting();
    await clock.advance(1_500);
    state = OK;
    addDatabase();
    expect(waiting).toEqual({});
    await clock.advance(500);
    expect(waiting).toEqual({ end: true });
  });

  test("rejects with throwOnUnknown", async () => {
    await expect(
      registry.waitForStatus("Database", OK, { throwOnUnknown: true, timeoutMs: 60_000 }),
    ).rejects.toThrow(UnknownHandlerError);
  });

  test("rejects with throwOnUnknown when the handler is removed during the wait", async () => {
    addDatabase();
    const waiting = startWaiting({ throwOnUnknown: true });
    await clock.advance(1_500);
    registry.removeStatusHandler("Database");
    await clock.advance(500);
    expect(waiting.end).toBeInstanceOf(UnknownHandlerError);
    expect(waiting.end).toMatchObject({ handlerName: "Database" });
  });

  test("rejects with throwOnUnknown when the handler is removed while it is asked", async () => {
    registry.addStatusHandler("Database", hang);
    const waiting = startWaiting({ throwOnUnknown: true });
    registry.removeStatusHandler("Database");
    await clock.advance(0);
    expect(waiting.end).toBeInstanceOf(UnknownHandlerError);
  });

  test("does not reject without throwOnUnknown when the handler is removed while it is asked", async () => {
    registry.addStatusHandler("Database", hang);
    const waiting = startWaiting({ throwOnUnknown: false });
    registry.removeStatusHandler("Database");
    state = OK;
    addDatabase();
    await clock.advance(1_000);
    expect(waiting).toEqual({ end: true });
  });
});

describe("the signal", () => {
  test("that is aborted already rejects with its reason, and nobody is asked", async () => {
    addDatabase();
    const reason = { custom: "reason" };
    await expect(registry.waitForStatus("Database", OK, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(callTimes).toEqual([]);
  });

  test("that is aborted during a pause rejects at once with its reason", async () => {
    addDatabase();
    const controller = new AbortController();
    const waiting = startWaiting({ signal: controller.signal, timeoutMs: 60_000 });
    await clock.advance(1_500);
    const reason = new Error("shutting down");
    controller.abort(reason);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10_000);
    expect(waiting.end).toBe(reason);
    expect(callTimes).toEqual([0, 1_000]);
  });

  test("that is aborted while the handler hangs rejects at once with its reason", async () => {
    registry.addStatusHandler("Database", hang);
    const controller = new AbortController();
    const waiting = startWaiting({ signal: controller.signal });
    await clock.advance(100);
    controller.abort("a string");
    await clock.advance(0);
    expect(waiting).toEqual({ end: "a string" });
    await clock.advance(60_000); // neither the call that hangs nor its deadline brings the wait back
    expect(clock.pendingTimers).toBe(0);
  });

  test("that is aborted does not cancel the run that others share", async () => {
    registry.addStatusHandler(
      "Database",
      () => new Promise((resolve) => void clock.startTimer(500, () => resolve({ state: OK }))),
    );
    const controller = new AbortController();
    const waiting = startWaiting({ signal: controller.signal });
    const asked = registry.getStatus("Database");
    controller.abort();
    await clock.advance(500);
    expect(await asked).toEqual({ state: OK });
    expect(waiting.end).toMatchObject({ name: "AbortError" });
  });

  test("that is aborted after the end changes nothing", async () => {
    addDatabase();
    state = OK;
    const controller = new AbortController();
    const waiting = startWaiting({ signal: controller.signal });
    await clock.advance(0);
    controller.abort();
    await clock.advance(0);
    expect(waiting).toEqual({ end: true });
  });

  test("is heard by one listener during the wait, and by none after it, however it ends", async () => {
    addDatabase();
    const controller = new AbortController();
    const { signal } = controller;
    const countListeners = () => getEventListeners(signal, "abort").length;

    const givenUp = startWaiting({ signal, timeoutMs: 5_500 });
    await clock.advance(4_500);
    expect(countListeners()).toBe(1);
    await clock.advance(1_000);
    expect([givenUp, countListeners()]).toEqual([{ end: false }, 0]);

    const reached = startWaiting({ signal });
    state = OK;
    await clock.advance(1_000);
    expect([reached, countListeners()]).toEqual([{ end: true }, 0]);

    registry.removeStatusHandler("Database");
    const rejected = startWaiting({ signal, throwOnUnknown: true });
    await clock.advance(0);
    expect(rejected.end).toBeInstanceOf(UnknownHandlerError);
    expect(countListeners()).toBe(0);

    const aborted = startWaiting({ signal });
    controller.abort("enough");
    await clock.advance(0);
    expect([aborted, countListeners()]).toEqual([{ end: "enough" }, 0]);
  });
});

describe("a mistake in what is given rejects with a TypeError, and nobody is asked", () => {
  test.each<[unknown, string]>([
    [{ intervalMs: 0 }, "intervalMs: expected a number from 1 to 2147483647, got 0"],
    [{ intervalMs: -1 }, "intervalMs: expected a number from 1 to 2147483647, got -1"],
    [{ intervalMs: Number.NaN }, "intervalMs: expected a number from 1 to 2147483647, got NaN"],
    [{ intervalMs: 2_147_483_648 }, "intervalMs: expected a number from 1 to 2147483647, got 2147483648"],
    [{ timeoutMs: -1 }, "timeoutMs: expected a number from 0 to 2147483647, got -1"],
    [{ timeoutMs: "1000" }, 'timeoutMs: expected a number from 0 to 2147483647, got "1000"'],
    [
      { timeoutMs: Number.POSITIVE_INFINITY },
      "timeoutMs: expected a number from 0 to 2147483647, got Infinity",
    ],
    [{ throwOnUnknown: "yes" }, 'throwOnUnknown: expected true or false, got "yes"'],
    [{ signal: {} }, "signal: expected an object with addEventListener(), throwIfAborted(), got an object"],
    [{ signal: null }, "signal: expected an object with addEventListener(), throwIfAborted(), got null"],
    [
      { interval: 5 },
      'options: unknown option "interval", expected one of intervalMs, timeoutMs, throwOnUnknown, signal',
    ],
    [null, "options: expected an object, got null"],
    [1_000, "options: expected an object, got 1000"],
  ])("in the options: %o", async (options, message) => {
    addDatabase();
    await expect(registry.waitForStatus("Database", OK, options as never)).rejects.toThrow(
      new TypeError(message),
    );
    expect(callTimes).toEqual([]);
  });

  test.each([["GREEN"], ["ok"], [undefined], [2]])("in the state: %s", async (unknownState) => {
    addDatabase();
    const waiting = registry.waitForStatus("Database", unknownState as never);
    await expect(waiting).rejects.toThrow(TypeError);
    await expect(waiting).rejects.toThrow('state: expected "OK" or "YELLOW" or "RED", got ');
    expect(callTimes).toEqual([]);
  });
});

test("options that are undefined have their defaults, and the caller's object may be frozen", async () => {
  addDatabase();
  const options = {
    intervalMs: undefined,
    timeoutMs: undefined,
    throwOnUnknown: undefined,
    signal: undefined,
  };
  const waiting = startWaiting(Object.freeze(options) as never);
  await clock.advance(1_500);
  state = OK;
  await clock.advance(500);
  expect(waiting).toEqual({ end: true });
  expect(callTimes).toEqual([0, 1_000, 2_000]);
});

test("100,000 rounds of waiting leave nothing behind", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  let calls = 0;
  registry.addStatusHandler("Database", async () => {
    calls += 1;
    return { state };
  });
  const controller = new AbortController();
  const waiting = startWaiting({ intervalMs: 1, signal: controller.signal });
  const usedAfter = async (rounds: number): Promise<number> => {
    await clock.advance(rounds);
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };

  const before = await usedAfter(1_000);
  const after = await usedAfter(100_000);
  expect(calls).toBe(101_001);
  expect(clock.pendingTimers).toBe(1);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
  // A chain of promises costs 100 bytes or more a round, which makes 10 MB.
  expect(after - before).toBeLessThan(3_000_000);

  state = OK;
  await clock.advance(1);
  expect(waiting).toEqual({ end: true });
}, 60_000);
