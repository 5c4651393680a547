import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { Change } from "../../../src/core/change.ts";
import type { HandlerOptions } from "../../../src/core/handler-options.ts";
import { MAX_QUEUED_CHANGES, type ObservedChange } from "../../../src/core/registry/changes.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import type { State } from "../../../src/core/state.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";
import { createFakeHandler, type FakeHandler } from "../../../src/testing/fake-handler.ts";
import { createRecordingLogger } from "../../support/registry.ts";

interface Scene {
  readonly clock: FakeClock;
  readonly registry: StatusRegistry;
  readonly handler: FakeHandler;
  /** Lets the handler "Db" report these states, one after the other, a second apart. */
  readonly see: (...states: readonly State[]) => Promise<void>;
}

function start(options?: HandlerOptions): Scene {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const handler = createFakeHandler();
  registry.addStatusHandler("Db", handler, options);

  async function see(...states: readonly State[]): Promise<void> {
    for (const state of states) {
      handler.report(state);
      await registry.getReport();
      await clock.advance(1_000);
    }
  }
  return { clock, registry, handler, see };
}

function listen(registry: StatusRegistry): readonly Change[] {
  const told: Change[] = [];
  registry.on("change", (change) => void told.push(change));
  return told;
}

function arrowsOf(changes: readonly Change[]): string[] {
  return changes.map(({ name, from, to }) => `${name}: ${from} -> ${to}`);
}

async function collect(changes: AsyncIterable<ObservedChange>): Promise<ObservedChange[]> {
  const collected: ObservedChange[] = [];
  for await (const change of changes) collected.push(change);
  return collected;
}

describe("on('change')", () => {
  test("tells everything about a change, in one frozen object", async () => {
    const { clock, registry, handler, see } = start();
    const told = listen(registry);
    await see("OK");
    handler.fail(new Error("connection refused"));
    const at = new Date(clock.now());
    await registry.getReport();
    expect(told).toEqual([
      {
        name: "Db",
        from: "OK",
        to: "RED",
        reason: "threw",
        status: { state: "RED", detail: "connection refused" },
        at,
        heldMs: 1_000,
      },
    ]);
    expect(Object.isFrozen(told[0])).toBe(true);
  });

  test("is edge-triggered: a state that stays is told once", async () => {
    const { registry, see } = start();
    const told = listen(registry);
    await see("OK", "OK", "RED", "RED", "RED", "OK", "OK", "YELLOW", "YELLOW", "RED");
    expect(arrowsOf(told)).toEqual([
      "Db: OK -> RED",
      "Db: RED -> OK",
      "Db: OK -> YELLOW",
      "Db: YELLOW -> RED",
    ]);
    expect(told.map(({ heldMs }) => heldMs)).toEqual([2_000, 3_000, 2_000, 2_000]);
  });

  test("has a reason where it is not OK, and none where it is", async () => {
    const { registry, see } = start();
    const told = listen(registry);
    await see("RED", "OK");
    expect(told.map(({ reason }) => reason)).toEqual(["reported", undefined]);
    expect(told[1]).not.toHaveProperty("reason");
  });

  test("tells a first result only where it is not OK", async () => {
    const { registry, see } = start();
    const told = listen(registry);
    await see("OK");
    registry.addStatusHandler("Disk", () => ({ state: "YELLOW" }));
    await registry.getReport();
    expect(arrowsOf(told)).toEqual(["Disk: undefined -> YELLOW"]);
    expect(told[0]?.heldMs).toBe(0);
  });

  test("tells the reported state, not the raw one that thresholds hold back", async () => {
    const { registry, see } = start({ failAfter: 3, recoverAfter: 2 });
    const told = listen(registry);
    await see("OK", "RED", "RED", "OK", "RED", "RED");
    expect(told).toEqual([]);
    await see("RED", "OK");
    expect(arrowsOf(told)).toEqual(["Db: OK -> RED"]);
    await see("OK");
    expect(arrowsOf(told)).toEqual(["Db: OK -> RED", "Db: RED -> OK"]);
  });

  test("tells nothing of the handlers that are not asked", async () => {
    const { registry, handler, see } = start();
    await see("OK");
    const told = listen(registry);
    handler.report("RED");
    await registry.getReport({ names: [] });
    expect(told).toEqual([]);
  });

  test("tells changes that the background finds, without any request", async () => {
    const { clock, registry, handler } = start({ intervalMs: 10_000 });
    const told = listen(registry);
    await clock.advance(1_000);
    handler.report("RED");
    await clock.advance(8_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(arrowsOf(told)).toEqual(["Db: OK -> RED"]);
    expect(told[0]?.heldMs).toBe(10_000);
  });

  test("counts how long a state was held without the wall clock", async () => {
    const { clock, registry, see } = start();
    const told = listen(registry);
    await see("RED");
    clock.jump(-86_400_000);
    await see("OK");
    clock.jump(172_800_000);
    await see("RED");
    expect(told.map(({ heldMs }) => heldMs)).toEqual([0, 1_000, 1_000]);
  });

  test("goes on with the track of a replaced handler", async () => {
    const { registry, see } = start();
    await see("OK", "RED");
    const told = listen(registry);
    const { entries: before } = await registry.getReport();
    registry.addStatusHandler("Db", () => ({ state: "RED", detail: "still" }));
    const { entries: after } = await registry.getReport();
    expect(told).toEqual([]);
    expect(after[0]?.since).toEqual(before[0]?.since);
    registry.addStatusHandler("Db", () => ({ state: "OK" }));
    await registry.getReport();
    expect(arrowsOf(told)).toEqual(["Db: RED -> OK"]);
    expect(arrowsOf(registry.history("Db"))).toEqual(["Db: OK -> RED", "Db: RED -> OK"]);
  });

  test("begins anew for a name that was removed", async () => {
    const { registry, see } = start();
    await see("OK", "RED");
    registry.removeStatusHandler("Db");
    expect(registry.history("Db")).toEqual([]);
    const told = listen(registry);
    registry.addStatusHandler("Db", () => ({ state: "RED" }));
    await registry.getReport();
    expect(arrowsOf(told)).toEqual(["Db: undefined -> RED"]);
  });

  test("never tells what a removed or replaced handler still had under way", async () => {
    const { clock, registry, handler, see } = start();
    await see("OK");
    const told = listen(registry);
    handler.hang();
    const report = registry.getReport();
    registry.addStatusHandler("Db", () => ({ state: "OK" }));
    handler.report("RED");
    handler.release();
    await clock.advance(60_000);
    expect((await report).state).toBe("OK");
    expect(told).toEqual([]);
  });

  test("logs a listener that throws, tells the others, and answers as if nothing had happened", async () => {
    const { registry, handler, see } = start();
    const logger = createRecordingLogger();
    registry.logger = logger;
    registry.on("change", () => {
      throw new Error("no disk for password=hunter2");
    });
    const told = listen(registry);
    await see("OK");
    handler.report("RED");
    await expect(registry.getReport()).resolves.toMatchObject({ state: "RED" });
    expect(arrowsOf(told)).toEqual(["Db: OK -> RED"]);
    expect(logger.lines).toEqual([
      "error: SVC001 Db: OK -> RED (reported)",
      "error: SVC004 a listener of the registry failed: no disk for password=***",
    ]);
  });

  test.each<[detail: unknown, logged: string]>([
    ["no disk", ' "no disk"'],
    [5, ' "5"'],
    [false, ' "false"'],
    ["", ""],
    [null, ""],
    [undefined, ""],
    [{ code: 5 }, ""],
    [["no disk"], ""],
    [() => "no disk", ""],
  ])("logs a detail that has a text: %s", async (detail, logged) => {
    const { registry, handler } = start();
    const logger = createRecordingLogger();
    registry.logger = logger;
    handler.report("RED", { detail });
    await registry.getReport();
    expect(logger.lines).toEqual([`error: SVC001 Db: none -> RED (reported)${logged}`]);
  });

  test("logs where a first state comes from", async () => {
    const { registry, see } = start();
    const logger = createRecordingLogger();
    registry.logger = logger;
    await see("YELLOW");
    expect(logger.lines).toEqual(["warn: SVC001 Db: none -> YELLOW (reported)"]);
  });

  test("logs an asynchronous listener that rejects, where it would have ended the process", async () => {
    const { clock, registry, see } = start();
    const logger = createRecordingLogger();
    registry.logger = logger;
    registry.on("change", async () => {
      throw new Error("no disk");
    });
    await see("RED");
    await clock.advance(0);
    expect(logger.lines.at(-1)).toBe("error: SVC004 a listener of the registry failed: no disk");
  });

  test("lets a listener ask, remove and replace", async () => {
    const { registry, see } = start();
    const seen: unknown[] = [];
    registry.on("change", ({ to }) => {
      if (to === "RED") registry.addStatusHandler("Db", () => ({ state: "OK", detail: "the spare one" }));
      void registry.getStatus("Db").then((status) => seen.push(status));
    });
    await see("OK", "RED");
    const spare = { state: "OK", detail: "the spare one" };
    expect(seen).toEqual([spare, spare]); // asked at the change to RED, and at the one to OK that this brought
    expect((await registry.getReport()).state).toBe("OK");
  });

  test("ends with the function it returned, and with the same function twice tells twice", async () => {
    const { registry, see } = start();
    const told: string[] = [];
    const listener = ({ to }: Change) => void told.push(to);
    const [off] = [registry.on("change", listener), registry.on("change", listener)];
    await see("RED");
    off();
    off();
    await see("OK");
    expect(told).toEqual(["RED", "RED", "OK"]);
  });

  test.each([
    ["changed", () => {}, 'event: expected "change", got "changed"'],
    ["change", "listener", 'listener: expected a function, got "listener"'],
  ])("refuses on(%j, %j)", (event, listener, message) => {
    const { registry } = start();
    expect(() => registry.on(event as "change", listener as () => void)).toThrow(new TypeError(message));
  });
});

describe("changes()", () => {
  test("gives changes in order, those that came while nobody waited too", async () => {
    const { registry, see } = start();
    const iterator = registry.changes()[Symbol.asyncIterator]();
    const first = iterator.next();
    await see("RED", "OK", "YELLOW");
    const changes = [await first, await iterator.next(), await iterator.next()].map(({ value }) => value);
    expect(arrowsOf(changes)).toEqual(["Db: undefined -> RED", "Db: RED -> OK", "Db: OK -> YELLOW"]);
    expect(changes).toEqual(registry.history("Db"));
  });

  test("gives nothing of what was before the loop", async () => {
    const { registry, see } = start();
    const changes = registry.changes();
    await see("RED");
    const collected = collect(changes);
    await see("OK");
    registry.close();
    expect(arrowsOf(await collected)).toEqual(["Db: RED -> OK"]);
  });

  test("answers several questions that wait in their order", async () => {
    const { registry, see } = start();
    const iterator = registry.changes()[Symbol.asyncIterator]();
    const results = Promise.all([iterator.next(), iterator.next()]);
    await see("RED", "OK");
    expect((await results).map(({ value }) => value.to)).toEqual(["RED", "OK"]);
  });

  test("ends at once when its signal is aborted, even with changes left", async () => {
    const { registry, see } = start();
    const controller = new AbortController();
    const iterator = registry.changes({ signal: controller.signal })[Symbol.asyncIterator]();
    await see("RED", "OK");
    await iterator.next();
    controller.abort();
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("lets who waits go when its signal is aborted", async () => {
    const { registry } = start();
    const controller = new AbortController();
    const collected = collect(registry.changes({ signal: controller.signal }));
    controller.abort();
    expect(await collected).toEqual([]);
  });

  test("does not begin with a signal that is aborted already", async () => {
    const { registry } = start();
    expect(await collect(registry.changes({ signal: AbortSignal.abort() }))).toEqual([]);
  });

  test("leaves no listener behind on a signal or a registry that outlives the loop", async () => {
    const { registry, see } = start();
    const { signal } = new AbortController();
    const listening: string[] = [];
    signal.addEventListener = (type: string) => void listening.push(type);
    signal.removeEventListener = () => void listening.pop();
    await see("OK");
    let seen: string | undefined;
    const loop = (async () => {
      for await (const { to } of registry.changes({ signal })) {
        seen = to;
        break;
      }
    })();
    expect(listening).toEqual(["abort"]);
    await see("RED");
    await loop;
    expect(seen).toBe("RED");
    expect(listening).toEqual([]);
  });

  test("keeps no listener on a signal for a loop that nobody goes on with, once the registry is closed", () => {
    const { registry } = start();
    const { signal } = new AbortController();
    for (let count = 0; count < 20; count += 1) registry.changes({ signal })[Symbol.asyncIterator]();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    registry.close();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("leaves no listener behind on a signal when the registry is closed before the loop has read all", async () => {
    const { registry, see } = start();
    const { signal } = new AbortController();
    const loop = registry.changes({ signal })[Symbol.asyncIterator]();
    await see("RED");
    registry.close();
    expect(await loop.next()).toMatchObject({ done: false, value: { to: "RED" } });
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("leaves no listener behind on a signal that is aborted, or on a registry that is closed already", async () => {
    const { registry } = start();
    const { signal } = new AbortController();
    registry.close();
    expect(await collect(registry.changes({ signal }))).toEqual([]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const aborted = AbortSignal.abort();
    expect(await collect(start().registry.changes({ signal: aborted }))).toEqual([]);
    expect(getEventListeners(aborted, "abort")).toEqual([]);
  });

  test("ends with break, and then keeps nothing", async () => {
    const { registry, see } = start();
    const iterator = registry.changes()[Symbol.asyncIterator]();
    await see("RED");
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    await see("OK");
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("ends when the registry is closed, after what had happened before", async () => {
    const { registry, see } = start();
    const iterator = registry.changes()[Symbol.asyncIterator]();
    await see("RED", "OK");
    registry.close();
    const results = [await iterator.next(), await iterator.next(), await iterator.next()];
    expect(results.map(({ done, value }) => done ?? value.to)).toEqual([false, false, true]);
    expect(results.map(({ value }) => value?.to)).toEqual(["RED", "OK", undefined]);
  });

  test("ends at once on a registry that is closed already", async () => {
    const { registry } = start();
    registry.close();
    expect(await collect(registry.changes())).toEqual([]);
  });

  test(`keeps the last ${MAX_QUEUED_CHANGES} for who does not read, and says how many it missed`, async () => {
    const { registry, handler } = start();
    const iterator = registry.changes()[Symbol.asyncIterator]();
    for (let count = 0; count < MAX_QUEUED_CHANGES + 5; count += 1) {
      handler.report(count % 2 === 0 ? "RED" : "OK", { count });
      await registry.getReport();
    }
    const first = await iterator.next();
    expect(first.value).toMatchObject({ status: { count: 5 }, missed: 5 });
    const second = await iterator.next();
    expect(second.value).toMatchObject({ status: { count: 6 } });
    expect(second.value).not.toHaveProperty("missed");
    registry.close();
    const rest = await collect({ [Symbol.asyncIterator]: () => iterator });
    expect(rest).toHaveLength(MAX_QUEUED_CHANGES - 2);
    expect(rest.at(-1)?.status["count"]).toBe(MAX_QUEUED_CHANGES + 4);
  });

  test("misses nothing at exactly its limit", async () => {
    const { registry, handler } = start();
    const iterator = registry.changes()[Symbol.asyncIterator]();
    for (let count = 0; count < MAX_QUEUED_CHANGES; count += 1) {
      handler.report(count % 2 === 0 ? "RED" : "OK", { count });
      await registry.getReport();
    }
    const first = await iterator.next();
    expect(first.value).toMatchObject({ status: { count: 0 } });
    expect(first.value).not.toHaveProperty("missed");
  });

  test("serves two consumers, each at its own pace", async () => {
    const { registry, see } = start();
    const changes = registry.changes();
    const [slow, fast] = [changes[Symbol.asyncIterator](), changes[Symbol.asyncIterator]()];
    const fastResults: unknown[] = [];
    for (const state of ["RED", "OK", "YELLOW"] as const) {
      await see(state);
      fastResults.push((await fast.next()).value.to);
    }
    await fast.return?.();
    expect(fastResults).toEqual(["RED", "OK", "YELLOW"]);
    expect((await slow.next()).value.to).toBe("RED");
    expect((await slow.next()).value.to).toBe("OK");
  });

  test.each([
    [
      { signal: {} },
      "signal: expected an object with addEventListener(), removeEventListener(), got an object",
    ],
    [{ singal: 1 }, 'options: unknown option "singal", expected one of signal'],
    [null, "options: expected an object, got null"],
  ])("refuses %j", (options, message) => {
    const { registry } = start();
    expect(() => registry.changes(options as object)).toThrow(new TypeError(message));
  });
});

describe("history()", () => {
  test("keeps the last 100 changes of each handler, the oldest first", async () => {
    const { registry, handler } = start();
    registry.addStatusHandler("Disk", () => ({ state: "YELLOW" }));
    for (let count = 0; count < 150; count += 1) {
      handler.report(count % 2 === 0 ? "RED" : "OK", { count });
      await registry.getReport();
    }
    const counts = registry.history("Db").map(({ status }) => status["count"]);
    expect(counts).toEqual(Array.from({ length: 100 }, (_, index) => index + 50));
    expect(arrowsOf(registry.history("Disk"))).toEqual(["Disk: undefined -> YELLOW"]);
  });

  test.each([0, 1, 3])("keeps %d changes where the registry is told so", async (historyLimit) => {
    const registry = createStatusRegistry({ clock: createFakeClock(), historyLimit });
    const handler = createFakeHandler();
    registry.addStatusHandler("Db", handler);
    const told = listen(registry);
    for (const state of ["RED", "OK", "YELLOW", "RED", "OK"] as const) {
      handler.report(state);
      await registry.getReport();
    }
    expect(told).toHaveLength(5);
    expect(registry.history("Db")).toEqual(historyLimit === 0 ? [] : told.slice(-historyLimit));
  });

  test.each([-1, 1.5, 100_001, Number.NaN, "100", null])("refuses a limit of %j", (historyLimit) => {
    expect(() => createStatusRegistry({ historyLimit: historyLimit as number })).toThrow(
      /^historyLimit: expected an integer from 0 to 100000, got/,
    );
  });

  test("hands out a copy, and is empty for an unknown name", async () => {
    const { registry, see } = start();
    await see("RED");
    (registry.history("Db") as Change[]).length = 0;
    expect(registry.history("Db")).toHaveLength(1);
    expect(registry.history("Nobody")).toEqual([]);
  });
});
