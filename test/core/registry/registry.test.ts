import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UnknownHandlerError } from "../../../src/core/errors.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import { OK, RED, type State, YELLOW } from "../../../src/core/state.ts";
import type { Status } from "../../../src/core/status.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";
import { systemClock } from "../../../src/util/clock.ts";
import { createDeferred } from "../../support/deferred.ts";
import { createWatchedClock } from "../../support/watched-clock.ts";

let clock: FakeClock;
let registry: StatusRegistry;

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
});

afterEach(() => {
  expect(clock.pendingTimers).toBe(0);
});

const hang = (): Promise<never> => new Promise(() => {});

function addStates(states: Readonly<Record<string, State>>): void {
  for (const [name, state] of Object.entries(states)) registry.addStatusHandler(name, () => ({ state }));
}

async function namesInReport(names?: readonly string[]): Promise<string[]> {
  const { entries } = await registry.getReport(names === undefined ? {} : { names });
  return entries.map(({ name }) => name);
}

describe("a registry", () => {
  test("is empty at first", async () => {
    expect(registry.names).toEqual([]);
    expect(await registry.getReport()).toMatchObject({ state: OK, entries: [] });
  });

  test("reports its handlers in order of registration, whatever their names", async () => {
    addStates({ zebra: OK, Ape: RED, "10": OK });
    registry.addStatusHandler("2", () => ({ state: OK }));
    expect(registry.names).toEqual(["10", "zebra", "Ape", "2"]);
    expect(await namesInReport()).toEqual(registry.names);
  });

  test("reports in order of registration even when the answers come in another order", async () => {
    for (const [name, delayMs] of [
      ["slow", 300],
      ["fast", 100],
      ["medium", 200],
    ] as const) {
      const status: Status = { state: OK };
      registry.addStatusHandler(
        name,
        () => new Promise((resolve) => void clock.startTimer(delayMs, () => resolve(status))),
      );
    }
    addStates({ now: OK });
    const asked = namesInReport();
    await clock.advance(300);
    expect(await asked).toEqual(["slow", "fast", "medium", "now"]);
  });

  test("asks each handler anew for each report", async () => {
    let calls = 0;
    registry.addStatusHandler("Counter", () => {
      calls += 1;
      return { state: OK };
    });
    await registry.getReport();
    await registry.getReport();
    expect(calls).toBe(2);
  });

  test("does not call a handler when it is registered", () => {
    let calls = 0;
    registry.addStatusHandler("Counter", () => {
      calls += 1;
      return { state: OK };
    });
    expect(calls).toBe(0);
  });

  test("shares nothing with another one", async () => {
    const other = createStatusRegistry({ clock });
    addStates({ Database: RED });
    other.addStatusHandler("Database", () => ({ state: OK }));
    other.addStatusHandler("Cache", () => ({ state: OK }));
    expect((await registry.getReport()).state).toBe(RED);
    expect((await other.getReport()).state).toBe(OK);
    expect(registry.names).toEqual(["Database"]);
  });

  test("works with its verbs taken off it", async () => {
    const { addStatusHandler, getStatus, isInState, getReport, removeStatusHandler } = registry;
    addStatusHandler("Database", () => ({ state: OK }));
    expect(await getStatus("Database")).toEqual({ state: OK });
    expect(await isInState("Database", OK)).toBe(true);
    expect((await getReport()).state).toBe(OK);
    expect(removeStatusHandler("Database")).toBe(true);
  });

  test("has room for 1,000 handlers", async () => {
    for (let index = 0; index < 1_000; index += 1)
      addStates({ [`Handler ${index}`]: index === 999 ? RED : OK });
    const { state, entries } = await registry.getReport();
    expect([state, entries.length]).toEqual([RED, 1_000]);
  });

  test("names what it holds in a list that changes nothing", () => {
    addStates({ Database: OK });
    (registry.names as string[]).push("Cache");
    expect(registry.names).toEqual(["Database"]);
  });

  test("describes what it holds without asking it", () => {
    registry.addStatusHandler("A", () => expect.unreachable("asked"), { critical: false });
    registry.addStatusHandler("B", () => expect.unreachable("asked"), { scope: "local" });
    expect(registry.handlers).toEqual([
      { name: "A", critical: false, scope: "shared", dependsOn: [] },
      { name: "B", critical: true, scope: "local", dependsOn: [] },
    ]);
  });

  test("works in real time when it is given no clock", async () => {
    const real = createStatusRegistry();
    const before = systemClock.now();
    real.addStatusHandler("Database", async () => ({ state: OK }));
    const { at, entries } = await real.getReport();
    expect(at.getTime()).toBeGreaterThanOrEqual(before);
    expect(entries[0]!.checkedAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(entries[0]!.durationMs).toBeGreaterThanOrEqual(0);
  });
});

describe("a report on some handlers", () => {
  beforeEach(() => addStates({ Database: RED, Cache: YELLOW, Search: OK }));

  test("has those in order of registration, each once", async () => {
    expect(await namesInReport(["Search", "Database", "Search"])).toEqual(["Database", "Search"]);
  });

  test("has the state of those only", async () => {
    expect((await registry.getReport({ names: ["Search", "Cache"] })).state).toBe(YELLOW);
  });

  test("asks those only", async () => {
    let calls = 0;
    registry.addStatusHandler("Counter", () => {
      calls += 1;
      return { state: OK };
    });
    await registry.getReport({ names: ["Database"] });
    expect(calls).toBe(0);
  });

  test("on none is empty and OK", async () => {
    expect(await registry.getReport({ names: [] })).toMatchObject({ state: OK, entries: [] });
  });

  test("is on all when the names are undefined", async () => {
    expect(await registry.getReport({ names: undefined } as never)).toMatchObject({ state: RED });
    expect(await namesInReport()).toEqual(["Database", "Cache", "Search"]);
  });

  test("rejects when one of them is unknown, and says which", async () => {
    await expect(registry.getReport({ names: ["Database", "cache"] })).rejects.toMatchObject({
      code: "ERR_UNKNOWN_HANDLER",
      handlerName: "cache",
    });
  });

  test.each(["__proto__", "constructor", "toString"])("knows no %s that was not registered", async (name) => {
    await expect(registry.getReport({ names: [name] })).rejects.toThrow(UnknownHandlerError);
  });

  test("rejects with a TypeError for options that cannot be right", async () => {
    await expect(registry.getReport({ background: "yes" as never })).rejects.toThrow(
      'background: expected true or false, got "yes"',
    );
    await expect(registry.getReport({ names: "Database" as never })).rejects.toThrow(
      new TypeError('names: expected an array of names, got "Database"'),
    );
    await expect(registry.getReport(5 as never)).rejects.toThrow("options: expected an object, got 5");
  });
});

describe("asking for one handler", () => {
  test("gets its status, also when it failed", async () => {
    registry.addStatusHandler("Database", () => Promise.reject(new Error("no connection")));
    expect(await registry.getStatus("Database")).toEqual({ state: RED, detail: "no connection" });
  });

  test("tells whether it is in a state", async () => {
    addStates({ Database: YELLOW });
    expect(await registry.isInState("Database", YELLOW)).toBe(true);
    expect(await registry.isInState("Database", OK)).toBe(false);
    expect(await registry.isInState("Database", RED)).toBe(false);
  });

  test("rejects when the name is unknown", async () => {
    await expect(registry.getStatus("Database")).rejects.toMatchObject({
      name: "UnknownHandlerError",
      code: "ERR_UNKNOWN_HANDLER",
      handlerName: "Database",
      message: 'no status handler is registered as "Database"',
    });
    await expect(registry.isInState("Database", OK)).rejects.toThrow(UnknownHandlerError);
  });

  test.each([["GREEN"], ["ok"], [0], [undefined], [null]])(
    "rejects with a TypeError when the state is %s, whether or not the name is known",
    async (state) => {
      addStates({ Database: OK });
      for (const name of ["Database", "unknown"]) {
        const asked = registry.isInState(name, state as never);
        await expect(asked).rejects.toThrow(TypeError);
        await expect(asked).rejects.toThrow('state: expected "OK" or "YELLOW" or "RED", got ');
      }
    },
  );
});

test.each<[what: string, isBackground: boolean, ask: (registry: StatusRegistry) => Promise<unknown>]>([
  ["a report", false, (registry) => registry.getReport()],
  ["a report in the background", true, (registry) => registry.getReport({ background: true })],
  ["a status", false, (registry) => registry.getStatus("A")],
  ["whether it is in a state", false, (registry) => registry.isInState("A", OK)],
])("a deadline keeps the process alive for who waits for %s: not %j", async (_what, isBackground, ask) => {
  const watched = createWatchedClock();
  const watchedRegistry = createStatusRegistry({ clock: watched });
  watchedRegistry.addStatusHandler("A", hang, { timeoutMs: 100 });
  const asked = ask(watchedRegistry);
  await watched.advance(0);
  expect(watched.started.at(-1)).toEqual({ delayMs: 100, background: isBackground });
  await watched.advance(100);
  await asked;
});

test("a report that has ended keeps the process alive for nothing that runs later", async () => {
  const watched = createWatchedClock();
  const watchedRegistry = createStatusRegistry({ clock: watched });
  watchedRegistry.addStatusHandler("A", hang, { timeoutMs: 100 });
  const asked = watchedRegistry.getReport();
  await watched.advance(100);
  await asked;
  watchedRegistry.addStatusHandler("A", hang, { timeoutMs: 200 });
  const askedLater = watchedRegistry.getReport({ background: true });
  await watched.advance(200);
  await askedLater;
  expect(watched.started.at(-1)).toEqual({ delayMs: 200, background: true });
});

describe("a handler that is registered again", () => {
  test("keeps its place in the order", async () => {
    addStates({ Database: RED, Cache: OK });
    addStates({ Database: OK });
    expect(registry.names).toEqual(["Database", "Cache"]);
    expect(await registry.getReport()).toMatchObject({ state: OK, entries: [{ name: "Database" }, {}] });
  });

  test("has the options that it was given last, and the defaults for others", async () => {
    registry.addStatusHandler("Database", () => ({ state: RED }), { critical: false, scope: "local" });
    registry.addStatusHandler("Database", () => ({ state: RED }));
    expect((await registry.getReport()).entries[0]).toMatchObject({ critical: true, scope: "shared" });
  });

  test("aborts the run of the one before", async () => {
    let signal: AbortSignal | undefined;
    registry.addStatusHandler("Database", (context) => {
      signal = context.signal;
      return hang();
    });
    const asked = registry.getReport();
    expect(signal?.aborted).toBe(false);
    addStates({ Database: OK });
    expect(signal?.aborted).toBe(true);
    await asked;
  });

  test("answers those who are waiting for the one before, at once", async () => {
    registry.addStatusHandler("Database", hang);
    const waiting = Promise.all([
      registry.getStatus("Database"),
      registry.isInState("Database", YELLOW),
      registry.getReport(),
      registry.getReport({ names: ["Database"] }),
    ]);
    addStates({ Database: YELLOW });
    expect(await waiting).toMatchObject([
      { state: YELLOW },
      true,
      { state: YELLOW, entries: [{ status: { state: YELLOW } }] },
      { state: YELLOW, entries: [{ status: { state: YELLOW } }] },
    ]);
    expect(clock.monotonicNow()).toBe(0);
  });

  test("answers those who are waiting even when it was replaced several times", async () => {
    registry.addStatusHandler("Database", hang);
    const waiting = registry.getStatus("Database");
    registry.addStatusHandler("Database", hang);
    await clock.advance(0);
    registry.addStatusHandler("Database", hang);
    await clock.advance(1_000);
    addStates({ Database: OK });
    expect(await waiting).toEqual({ state: OK });
  });

  test("ends the matter when it replaces itself whenever it is asked", async () => {
    let calls = 0;
    const replaceItself = async (): Promise<Status> => {
      calls += 1;
      registry.addStatusHandler("Database", replaceItself);
      return { state: OK };
    };
    registry.addStatusHandler("Database", replaceItself);
    const { entries } = await registry.getReport();
    expect(entries).toHaveLength(1);
    expect(calls).toBe(10);
  });

  test("answers for the one that replaces itself while it is asked, whether that answers at once or not", async () => {
    const replaceItself = (): Status => {
      addStates({ Database: YELLOW });
      return { state: OK };
    };
    registry.addStatusHandler("Database", replaceItself);
    expect(await registry.getReport()).toMatchObject({ entries: [{ status: { state: YELLOW } }] });
    registry.addStatusHandler("Database", replaceItself);
    expect(await registry.getStatus("Database")).toEqual({ state: YELLOW });
  });

  test("answers for the one that a listener of its change replaces", async () => {
    registry.on("change", () => addStates({ Database: OK }));
    addStates({ Database: RED });
    expect(await registry.getReport()).toMatchObject({ state: OK, entries: [{ status: { state: OK } }] });
  });

  test("is called once for all who were waiting for the one before", async () => {
    registry.addStatusHandler("Database", hang);
    const waiting = Promise.all([registry.getReport(), registry.getReport(), registry.getStatus("Database")]);
    let calls = 0;
    registry.addStatusHandler("Database", async () => {
      calls += 1;
      await new Promise((resolve) => void clock.startTimer(100, () => resolve(undefined)));
      return { state: OK };
    });
    await clock.advance(100);
    await waiting;
    expect(calls).toBe(1);
  });

  test("leaves a report the answer that the one before had given in time", async () => {
    const slow = createDeferred<Status>();
    registry.addStatusHandler("Slow", () => slow.promise);
    registry.addStatusHandler("Quick", () => ({ state: OK, detail: "given in time" }));
    const asked = registry.getReport();
    registry.addStatusHandler("Quick", () => expect.unreachable("the report has its answer"));
    slow.resolve({ state: OK });
    const { entries } = await asked;
    expect(entries.map(({ name, status }) => [name, status.detail])).toEqual([
      ["Slow", undefined],
      ["Quick", "given in time"],
    ]);
  });

  test("does not take over what the one before answers later", async () => {
    let answer: ((status: Status) => void) | undefined;
    registry.addStatusHandler("Database", () => new Promise((resolve) => (answer = resolve)), {
      maxAgeMs: 60_000,
    });
    const waiting = registry.getStatus("Database");
    registry.addStatusHandler("Database", () => ({ state: YELLOW }), { maxAgeMs: 60_000 });
    answer?.({ state: OK });
    expect(await waiting).toEqual({ state: YELLOW });
    expect(await registry.getStatus("Database")).toEqual({ state: YELLOW });
  });

  test("may be the same one", async () => {
    const handler = () => ({ state: OK });
    registry.addStatusHandler("Database", handler);
    registry.addStatusHandler("Database", handler);
    registry.addStatusHandler("Another", handler);
    expect(await namesInReport()).toEqual(["Database", "Another"]);
  });
});

describe("a handler that is removed", () => {
  test("is gone, and the others stay", async () => {
    addStates({ Database: RED, Cache: OK });
    expect(registry.removeStatusHandler("Database")).toBe(true);
    expect(registry.names).toEqual(["Cache"]);
    expect(await registry.getReport()).toMatchObject({ state: OK, entries: [{ name: "Cache" }] });
    await expect(registry.getStatus("Database")).rejects.toThrow(UnknownHandlerError);
  });

  test("cannot be removed twice, nor can an unknown one", () => {
    addStates({ Database: RED });
    expect(registry.removeStatusHandler("Database")).toBe(true);
    expect(registry.removeStatusHandler("Database")).toBe(false);
    expect(registry.removeStatusHandler("toString")).toBe(false);
    expect(registry.removeStatusHandler(undefined as never)).toBe(false);
  });

  test("comes last when it is registered again", async () => {
    addStates({ Database: OK, Cache: OK });
    registry.removeStatusHandler("Database");
    addStates({ Database: OK });
    expect(await namesInReport()).toEqual(["Cache", "Database"]);
  });

  test("starts a new state when it is registered again", async () => {
    addStates({ Database: OK });
    await registry.getReport();
    registry.removeStatusHandler("Database");
    await clock.advance(1_000);
    addStates({ Database: OK });
    expect((await registry.getReport()).entries[0]!.since).toEqual(new Date(clock.now()));
  });

  test("is unknown to those who are waiting for it, and left out of the reports that do", async () => {
    registry.addStatusHandler("Database", hang);
    addStates({ Cache: YELLOW });
    const status = registry.getStatus("Database");
    const inState = registry.isInState("Database", OK);
    const reports = Promise.all([registry.getReport(), registry.getReport({ names: ["Database"] })]);
    registry.removeStatusHandler("Database");
    await expect(status).rejects.toThrow(UnknownHandlerError);
    await expect(inState).rejects.toThrow(UnknownHandlerError);
    expect(await reports).toMatchObject([
      { state: YELLOW, entries: [{ name: "Cache" }] },
      { state: OK, entries: [] },
    ]);
    expect(clock.monotonicNow()).toBe(0);
  });

  test("has nothing to say any more when it removes itself while it is asked", async () => {
    const removeItself = (): Status => {
      registry.removeStatusHandler("Migration");
      return { state: OK };
    };
    registry.addStatusHandler("Migration", removeItself);
    expect(await registry.getReport()).toMatchObject({ state: OK, entries: [] });
    registry.addStatusHandler("Migration", removeItself);
    await expect(registry.getStatus("Migration")).rejects.toThrow(UnknownHandlerError);
  });

  test("does not keep the others from being asked when it is removed by one of them", async () => {
    registry.addStatusHandler("First", () => {
      registry.removeStatusHandler("Second");
      registry.addStatusHandler("Fourth", () => ({ state: OK }));
      return { state: OK };
    });
    addStates({ Second: RED, Third: YELLOW });
    const names = await namesInReport();
    expect(names).toEqual(expect.arrayContaining(["First", "Third"]));
    expect(names).not.toContain("Second");
    expect(await namesInReport()).toEqual(["First", "Third", "Fourth"]);
  });
});

describe("createStatusRegistry", () => {
  const logger = { info() {}, warn() {}, error() {} };

  test("keeps the logger, which may be changed at any time", () => {
    const own = createStatusRegistry(Object.freeze({ logger }));
    expect(own.logger).toBe(logger);
    own.logger = undefined;
    expect(own.logger).toBeUndefined();
    expect(createStatusRegistry().logger).toBeUndefined();
  });

  test("takes undefined for what is left out", async () => {
    const own = createStatusRegistry({ logger: undefined, clock: undefined } as never);
    own.addStatusHandler("Database", () => ({ state: OK }));
    expect((await own.getReport()).state).toBe(OK);
  });

  test.each<[unknown, string]>([
    [null, "options: expected an object, got null"],
    [logger.info, "options: expected an object, got a function"],
    [[], "options: expected an object, got an array"],
    [{ logger: null }, "logger: expected an object with info(), warn(), error(), got null"],
    [
      { logger: { info() {}, error() {} } },
      "logger: expected an object with info(), warn(), error(), got an object",
    ],
  ])("is a TypeError at once for a mistake in the options: %o", (options, message) => {
    expect(() => createStatusRegistry(options as never)).toThrow(new TypeError(message));
  });

  test.each<[unknown, string]>([
    [{ now: Date.now }, "an object"],
    [Date, "a function"],
    [null, "null"],
  ])("is a TypeError at once for what is no clock: %o", (notAClock, got) => {
    const create = () => createStatusRegistry({ clock: notAClock as never });
    expect(create).toThrow(TypeError);
    expect(create).toThrow(/^clock: expected an object with now\(\), .*startTimer\(\)/);
    expect(create).toThrow(`, got ${got}`);
  });

  test("is a TypeError at once for an unknown option", () => {
    const create = () => createStatusRegistry({ log: logger } as never);
    expect(create).toThrow(TypeError);
    expect(create).toThrow('options: unknown option "log", expected one of logger, clock');
  });
});

test("a misspelt option of a report is refused, and does not mean everything", async () => {
  const options = { name: ["Database"] } as object;
  await expect(registry.getReport(options)).rejects.toThrow(
    'options: unknown option "name", expected one of names',
  );
});
