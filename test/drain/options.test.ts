import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { createProbe, defaultProbe } from "../../src/core/probe.ts";
import { createDrain } from "../../src/drain/drain.ts";
import { type DrainOptions, resolveDrainOptions } from "../../src/drain/options.ts";
import { drainOnSignals, type SignalOptions } from "../../src/drain/signals.ts";

describe("without options a drain", () => {
  test("has the documented defaults", () => {
    expect(resolveDrainOptions({})).toMatchObject({
      redsSeen: 3,
      floorMs: 0,
      capMs: 18_000,
      fallbackMs: 5_000,
      hooksTimeoutMs: 5_000,
      deadlineMs: 28_000,
      balancerIdleMs: 60_000,
      onClose: [],
    });
    expect(resolveDrainOptions({}).probe).toBe(defaultProbe);
    expect(resolveDrainOptions({})).not.toHaveProperty("fixedMs");
    expect(resolveDrainOptions({})).not.toHaveProperty("closeTimeoutMs");
    expect(resolveDrainOptions({})).not.toHaveProperty("quietMs");
  });
});

describe("the wait of a drain", () => {
  test.each(["fixedMs", "floorMs", "fallbackMs"])(
    "is given by %s, and then holds in development too",
    (name) => {
      expect(resolveDrainOptions({ [name]: 0 }).isWaitGiven).toBe(true);
    },
  );

  test("is not given by its maximum", () => {
    expect(resolveDrainOptions({ capMs: 5_000 }).isWaitGiven).toBe(false);
  });
});

describe("an option of a drain", () => {
  test("that is undefined counts as left out", () => {
    const options = { fixedMs: undefined, capMs: undefined, probe: undefined } as unknown as DrainOptions;
    expect(resolveDrainOptions(options)).toEqual(resolveDrainOptions({}));
  });

  test("may be 0 where it is a time", () => {
    const zero = {
      floorMs: 0,
      capMs: 0,
      fallbackMs: 0,
      fixedMs: 0,
      quietMs: 0,
      deadlineMs: 0,
      closeTimeoutMs: 0,
    };
    expect(resolveDrainOptions(zero)).toMatchObject(zero);
  });

  test("is copied where it is a list, and the caller's object is left alone", () => {
    const onClose = [() => {}];
    const options = Object.freeze({ onClose, probe: createProbe() });
    const resolved = resolveDrainOptions(options);
    onClose.push(() => {});
    expect(resolved.onClose).toHaveLength(1);
    expect(resolved.probe).toBe(options.probe);
  });

  const time = "expected a number from 0 to 2147483647, got";
  test.each<[options: unknown, message: string]>([
    [null, "options: expected an object, got null"],
    [[], "options: expected an object, got an array"],
    [{ fixedMS: 5 }, 'options: unknown option "fixedMS", expected one of probe, logger, redsSeen'],
    [{ probe: {} }, "probe: expected an object with decommission(), commission(), on(), got an object"],
    [{ logger: { info() {} } }, "logger: expected an object with info(), warn(), error(), got an object"],
    [{ clock: Date }, "clock: expected an object with now(), monotonicNow(), startTimer(), got"],
    [{ redsSeen: 0 }, "redsSeen: expected an integer from 1 to 1000, got 0"],
    [{ redsSeen: 2.5 }, "redsSeen: expected an integer from 1 to 1000, got 2.5"],
    [{ redsSeen: "3" }, 'redsSeen: expected an integer from 1 to 1000, got "3"'],
    [{ quietMs: -1 }, `quietMs: ${time} -1`],
    [{ fixedMs: Number.NaN }, `fixedMs: ${time} NaN`],
    [{ floorMs: null }, `floorMs: ${time} null`],
    [{ capMs: Number.POSITIVE_INFINITY }, `capMs: ${time} Infinity`],
    [{ fallbackMs: "5s" }, `fallbackMs: ${time} "5s"`],
    [{ closeTimeoutMs: -1 }, `closeTimeoutMs: ${time} -1`],
    [{ hooksTimeoutMs: -1 }, `hooksTimeoutMs: ${time} -1`],
    [{ deadlineMs: 2 ** 31 }, `deadlineMs: ${time} 2147483648`],
    [{ balancerIdleMs: -1 }, `balancerIdleMs: ${time} -1`],
    [{ onClose: () => {} }, "onClose: expected an array of functions, got a function"],
    [{ onClose: [Promise.resolve()] }, "onClose[0]: expected a function, got a promise"],
    [{ proberId: "ip" }, 'proberId: expected a function, got "ip"'],
  ])("that is wrong throws a TypeError that says so: %j", (options, message) => {
    const create = () => createDrain(createServer(), options as DrainOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  test.each<[options: unknown, message: string]>([
    [null, "options: expected an object, got null"],
    [{ signals: [] }, 'signals: expected an array of signal names such as "SIGTERM", got an array'],
    [{ signals: "SIGTERM" }, 'signals: expected an array of signal names such as "SIGTERM", got "SIGTERM"'],
    [
      { signals: ["SIGTREM"] },
      'signals[0]: expected the name of a signal that can be handled, such as "SIGTERM", got "SIGTREM"',
    ],
    [{ signals: ["SIGKILL"] }, 'got "SIGKILL"'],
    [{ signals: [15] }, "got 15"],
    [{ exit: 0 }, 'exit: expected "signal" or "zero" or "none", got 0'],
    [{ capMs: -1 }, `capMs: ${time} -1`],
  ])("of drainOnSignals that is wrong does too, and no handler is left behind: %j", (options, message) => {
    const before = process.listenerCount("SIGTERM");
    const create = () => drainOnSignals(createServer(), options as SignalOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});

describe("the servers", () => {
  test.each<[what: string, servers: unknown, got: string]>([
    ["undefined", undefined, "undefined"],
    ["a port", 8080, "8080"],
    ["a framework's application", () => {}, "a function"],
    ["an object with close() alone", { close() {} }, "an object"],
    ["a list with a hole", [createServer(), undefined], "undefined"],
  ])("may not be %s", (_, servers, got) => {
    expect(() => createDrain(servers as never)).toThrow(
      new TypeError(
        `servers: expected a server of node:http, node:https or node:http2, or an array of them, got ${got}`,
      ),
    );
  });
});

describe("drainOnSignals", () => {
  test("listens to SIGTERM and SIGINT until it is disposed of", () => {
    const count = () => [process.listenerCount("SIGTERM"), process.listenerCount("SIGINT")];
    const [termBefore = 0, intBefore = 0] = count();
    const drain = drainOnSignals(createServer());
    expect(count()).toEqual([termBefore + 1, intBefore + 1]);
    drain.dispose();
    expect(count()).toEqual([termBefore, intBefore]);
  });

  test("has one listener of the process, however many drains there are", () => {
    const count = () => [process.listenerCount("SIGTERM"), process.listenerCount("SIGINT")];
    const [termBefore = 0, intBefore = 0] = count();
    const drains = Array.from({ length: 20 }, () => drainOnSignals(createServer()));
    expect(count()).toEqual([termBefore + 1, intBefore + 1]);
    for (const drain of drains) drain.dispose();
    expect(count()).toEqual([termBefore, intBefore]);
  });

  test("listens again after others have removed all listeners", () => {
    const first = drainOnSignals(createServer(), { signals: ["SIGUSR2"] });
    process.removeAllListeners("SIGUSR2");
    const second = drainOnSignals(createServer(), { signals: ["SIGUSR2"] });
    expect(process.listenerCount("SIGUSR2")).toBe(1);
    first.dispose();
    second.dispose();
    expect(process.listenerCount("SIGUSR2")).toBe(0);
  });

  test("listens once to a signal that is named twice", () => {
    const before = process.listenerCount("SIGUSR2");
    const drain = drainOnSignals(createServer(), { signals: ["SIGUSR2", "SIGUSR2"] });
    expect(process.listenerCount("SIGUSR2")).toBe(before + 1);
    drain.dispose();
  });
});
