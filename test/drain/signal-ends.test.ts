import type { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { constants } from "node:os";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { drainOnSignals, type SignalOptions } from "../../src/drain/signals.ts";
import type { Trigger } from "../../src/drain/triggers.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { shareAmongCopies } from "../../src/util/copies.ts";
import { createRecordingLogger } from "../support/registry.ts";

// The tests emit the events. The process gets no signal, and does not end.
const [ONE, OTHER] = ["SIGUSR2", "SIGWINCH"] as const;
const TRIGGERS: readonly Trigger[] = ["uncaughtException", "unhandledRejection", "beforeExit"];

/** The process, whose types know each event's listener. */
const EVENTS: EventEmitter = process;

/** What would end the process, in order. */
let ends: unknown[] = [];

beforeEach(() => {
  ends = [];
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  vi.spyOn(process, "kill").mockImplementation((pid, signal) => {
    ends.push([pid === process.pid, signal]);
    return true;
  });
  vi.spyOn(process, "exit").mockImplementation((code) => void ends.push(code) as never);
  // Here `process.exit` returns, and the lines behind it run too. They must not remove the test runner's listeners.
  const removeAll = process.removeAllListeners.bind(process);
  vi.spyOn(process, "removeAllListeners").mockImplementation((event) =>
    event === undefined ? process : removeAll(event),
  );
  // A process that a signal ends forgets these with everything else.
  shareAmongCopies("signals", () => new Map()).clear();
  Object.assign(
    shareAmongCopies("drains", () => ({})),
    { running: 0, haveFailed: false, haveCrashed: false },
  );
  const { exitCode } = process;
  const before = new Map(TRIGGERS.map((trigger) => [trigger, EVENTS.listeners(trigger)]));
  onTestFinished(() => {
    process.exitCode = exitCode;
    for (const signal of [ONE, OTHER]) process.removeAllListeners(signal);
    for (const [trigger, listeners] of before)
      for (const listener of EVENTS.listeners(trigger))
        if (!listeners.includes(listener)) EVENTS.off(trigger, listener as () => void);
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
});

function send(signal: NodeJS.Signals): void {
  process.emit(signal, signal);
}

/** Calls the listener that was added last. The others belong to the test runner. */
function fire(trigger: Trigger, error?: unknown): void {
  const listener = process.rawListeners(trigger).at(-1) as (error: unknown) => void;
  listener(error);
}

/** A drain that takes a second. */
function createSubject(options: SignalOptions = {}) {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const probe = createProbe();
  const drain = drainOnSignals(createServer(), {
    clock,
    logger,
    probe,
    fixedMs: 1_000,
    signals: [ONE, OTHER],
    ...options,
  });
  onTestFinished(drain.dispose);
  return {
    clock,
    drain,
    probe,
    lines: () => logger.lines.filter((line) => !line.includes("SVC018")),
    /** Lets the drain end. */
    end: () => clock.advance(1_100),
  };
}

const fail = (): Promise<never> => Promise.reject(new Error("pool gone"));

describe("a signal", () => {
  test.each([ONE, OTHER])(
    "drains, and then ends the process by %s again, without handlers",
    async (signal) => {
      const { end, lines, probe } = createSubject();
      send(signal);
      expect(probe.reason).toBe(signal);
      expect(ends).toEqual([]);
      await end();
      expect(ends).toEqual([[true, signal]]);
      expect(process.listenerCount(signal)).toBe(0);
      expect(lines()).toEqual([expect.stringMatching(/^info: SVC020 drained in 1\.0 s/)]);
    },
  );

  test.each([
    [ONE, 128 + constants.signals[ONE]],
    [OTHER, 128 + constants.signals[OTHER]],
  ])("that does not end process 1 (%s) is followed by an exit with its code", async (signal, code) => {
    const { end } = createSubject();
    send(signal);
    await end();
    await vi.advanceTimersByTimeAsync(99);
    expect(ends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toEqual([[true, signal], code]);
  });

  test("is SIGTERM or SIGINT by default", () => {
    const count = (): readonly number[] =>
      [...(["SIGTERM", "SIGINT"] as const), ONE].map((signal) => process.listenerCount(signal));
    const before = count();
    const { dispose } = drainOnSignals([], { probe: createProbe() });
    expect(count().map((listeners, index) => listeners - (before[index] ?? 0))).toEqual([1, 1, 0]);
    dispose();
    expect(count()).toEqual(before);
  });

  test.each([
    [[], 0],
    [[fail], 1],
  ])('ends the process with a code where exit is "zero" (%j: %i)', async (onClose, code) => {
    const { end } = createSubject({ exit: "zero", onClose });
    send(ONE);
    await end();
    expect(ends[0]).toBe(code);
  });

  test('leaves the end to the process where exit is "none", and removes its handlers', async () => {
    const { end } = createSubject({ exit: "none", triggers: ["beforeExit"], onClose: [fail] });
    const idle = process.listenerCount("beforeExit");
    send(ONE);
    expect(process.listenerCount(ONE)).toBe(1);
    await end();
    expect(ends).toEqual([]);
    expect(process.exitCode).toBeUndefined();
    expect([process.listenerCount(ONE), process.listenerCount("beforeExit")]).toEqual([0, idle - 1]);
  });

  test("keeps its handlers until the process ends otherwise", async () => {
    const { end } = createSubject();
    send(ONE);
    await end();
    expect(process.listenerCount(OTHER)).toBe(1);
  });

  test("that comes after start() ends the process when the drain has ended", async () => {
    const { drain, end } = createSubject();
    const report = drain.start("upgrade");
    send(ONE);
    await end();
    expect(await report).toMatchObject({ reason: "upgrade" });
    expect(ends).toEqual([[true, ONE]]);
  });

  test("does nothing after dispose(), and dispose() nothing after a signal", async () => {
    const disposed = createSubject();
    disposed.drain.dispose();
    send(ONE);
    expect(disposed.probe.commissioned).toBe(true);
    const { drain, end } = createSubject();
    send(ONE);
    drain.dispose();
    expect(process.listenerCount(ONE)).toBe(1);
    await end();
    expect(ends).toEqual([[true, ONE]]);
  });

  test("is not needed: start() drains without an end of the process", async () => {
    const { drain, end } = createSubject();
    const report = drain.start();
    await end();
    expect(await report).toMatchObject({ reason: "start" });
    expect(ends).toEqual([]);
  });
});

describe("a second signal", () => {
  test("ends the process at once, by itself", async () => {
    const { lines } = createSubject();
    send(ONE);
    send(OTHER);
    expect(ends).toEqual([[true, OTHER]]);
    expect(lines()).toEqual([`warn: SVC025 ${OTHER} while draining: exiting at once`]);
  });

  test('has no effect where onSecondSignal is "ignore"', async () => {
    const { end, lines } = createSubject({ onSecondSignal: "ignore" });
    send(ONE);
    send(ONE);
    expect([ends, lines()]).toEqual([[], []]);
    await end();
    expect(ends).toEqual([[true, ONE]]);
  });

  test("calls your function, which may fail", async () => {
    const signals: NodeJS.Signals[] = [];
    const { lines, end } = createSubject({
      onSecondSignal(signal) {
        signals.push(signal);
        throw new Error("no console");
      },
    });
    send(ONE);
    send(OTHER);
    expect(signals).toEqual([OTHER]);
    expect(lines()).toEqual([expect.stringMatching(/^error: SVC\d{3} onSecondSignal failed: no console$/)]);
    expect(ends).toEqual([]);
    await end();
    expect(ends).toEqual([[true, ONE]]);
  });
});

describe("two drains in one process", () => {
  test("end it when the last one has ended", async () => {
    const [one, other] = [createSubject(), createSubject()];
    send(ONE);
    await one.end();
    expect(ends).toEqual([]);
    await other.end();
    expect(ends).toEqual([[true, ONE]]);
  });

  test("end it with the failure of the first one", async () => {
    const [one, other] = [createSubject({ exit: "zero", onClose: [fail] }), createSubject({ exit: "zero" })];
    send(ONE);
    await one.end();
    await other.end();
    expect(ends[0]).toBe(1);
  });
});

describe("an error that the application did not handle", () => {
  test.each(["uncaughtException", "unhandledRejection"] as const)(
    "(%s) drains, and the exit code is 1",
    async (trigger) => {
      const { end, lines, probe } = createSubject({ triggers: [trigger] });
      fire(trigger, new Error("bug"));
      expect(probe.reason).toBe(trigger);
      await end();
      expect(ends[0]).toBe(1);
      expect(lines()).toEqual([
        `error: SVC024 ${trigger}: bug`,
        expect.stringMatching(/^error: SVC020 drained in .*, after an error: bug$/),
      ]);
    },
  );

  test("that comes during the drain is logged, and the exit code is 1 instead of the signal", async () => {
    const { end, lines } = createSubject({ triggers: ["uncaughtException"] });
    send(ONE);
    fire("uncaughtException", new Error("bug"));
    fire("uncaughtException", new Error("another"));
    await end();
    expect(ends[0]).toBe(1);
    expect(lines()).toEqual([
      "error: SVC024 uncaughtException: bug",
      "error: SVC024 uncaughtException: another",
      expect.stringMatching(/^info: SVC020 drained in 1\.0 s/),
    ]);
  });

  test("starts one drain only, which a first signal does not cut short", async () => {
    const { end, lines } = createSubject({ triggers: ["uncaughtException"] });
    fire("uncaughtException", new Error("bug"));
    fire("uncaughtException", new Error("another"));
    send(ONE);
    expect(ends).toEqual([]);
    await end();
    expect(ends[0]).toBe(1);
    expect(lines().filter((line) => line.includes("drained in"))).toHaveLength(1);
  });

  test('sets the exit code where exit is "none"', async () => {
    const { end } = createSubject({ triggers: ["uncaughtException"], exit: "none" });
    fire("uncaughtException", new Error("bug"));
    await end();
    expect([ends, process.exitCode]).toEqual([[], 1]);
  });

  test("is not handled unless it was chosen, or after dispose()", () => {
    const before = TRIGGERS.map((trigger) => process.listenerCount(trigger));
    createSubject().drain.dispose();
    createSubject({ triggers: TRIGGERS }).drain.dispose();
    expect(TRIGGERS.map((trigger) => process.listenerCount(trigger))).toEqual(before);
    createSubject();
    expect(TRIGGERS.map((trigger) => process.listenerCount(trigger))).toEqual(before);
  });

  test("keeps its handlers after the drain has begun", () => {
    const { drain } = createSubject({ triggers: ["uncaughtException"] });
    fire("uncaughtException", new Error("bug"));
    const count = process.listenerCount("uncaughtException");
    drain.dispose();
    expect(process.listenerCount("uncaughtException")).toBe(count);
  });
});

describe("a process that nothing keeps alive", () => {
  test.each([
    [[], undefined],
    [[fail], 1],
  ])("drains without waiting, and ends by itself (%j: %s)", async (onClose, code) => {
    const { clock, lines } = createSubject({ triggers: ["beforeExit"], onClose });
    fire("beforeExit");
    fire("beforeExit");
    await clock.advance(0);
    expect(ends).toEqual([]);
    expect(process.exitCode).toBe(code);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatch(/SVC020 drained in 0\.0 s: .*nothing kept the process alive$/);
  });

  test("shows why it drains", () => {
    const { probe } = createSubject({ triggers: ["beforeExit"] });
    fire("beforeExit");
    expect(probe.reason).toBe("beforeExit");
  });

  test.each([
    ["while it drains", 0],
    ["after it has drained", 1],
  ])("ends with 1 after an error that nobody handles %s", async (_, turns) => {
    const { clock } = createSubject({ triggers: ["uncaughtException", "beforeExit"] });
    const [atIdle, atError] = ["beforeExit", "uncaughtException"].map((event) =>
      EVENTS.listeners(event).at(-1),
    );
    atIdle?.();
    for (let turn = 0; turn < turns; turn += 1) await clock.advance(0);
    atError?.(new Error("bug"));
    await clock.advance(0);
    expect([ends, process.exitCode]).toEqual([[], 1]);
  });

  test("is not ended by a first signal while it drains", async () => {
    const { clock } = createSubject({ triggers: ["beforeExit"] });
    fire("beforeExit");
    send(ONE);
    await clock.advance(0);
    expect(ends).toEqual([]);
  });

  test("does not begin another drain while one runs", async () => {
    const { clock, end } = createSubject({ triggers: ["beforeExit"] });
    send(ONE);
    fire("beforeExit");
    await clock.advance(500);
    expect(ends).toEqual([]);
    await end();
    expect(ends).toEqual([[true, ONE]]);
  });

  test("keeps an exit code that the application has set", async () => {
    const { clock } = createSubject({ triggers: ["beforeExit"] });
    process.exitCode = 3;
    fire("beforeExit");
    await clock.advance(0);
    expect(process.exitCode).toBe(3);
  });
});

test.each([
  [{ signals: [] }, "signals"],
  [{ signals: ["SIGKILL"] }, "signals"],
  [{ signals: ["SIGSTOP"] }, "signals"],
  [{ signals: ["toString"] }, "signals"],
  [{ signals: [15] }, "signals"],
  [{ signals: [["SIGTERM"]] }, "signals"],
  [{ exit: "one" }, "exit"],
  [{ triggers: ["exit"] }, "triggers"],
  [{ onSecondSignal: "kill" }, "onSecondSignal"],
])("%j is rejected, and names %s", (options, name) => {
  expect(() => drainOnSignals([], options as never)).toThrow(new RegExp(`^${name}`));
});
