import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { Status } from "../../src/core/status.ts";
import type { SentReport, ToSentinel } from "../../src/sentinel/protocol.ts";
import { type Publisher, startPublishing } from "../../src/sentinel/publish.ts";
import { createRecordingLogger } from "../support/registry.ts";

const PUBLISH_MS = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface World {
  /** What has been sent since the last time. */
  readonly sent: readonly ToSentinel[];
  readonly registry: StatusRegistry;
  readonly publisher: Publisher;
  readonly rounds: number;
  /** Lets a round pass, and gives what was sent since the last time. */
  next(): Promise<readonly ToSentinel[]>;
  setStatus(name: string, status: Status): void;
}

function createWorld(statuses: Record<string, Status>, registry = createStatusRegistry()): World {
  const current = new Map(Object.entries(statuses));
  const sent: ToSentinel[] = [];
  let rounds = 0;
  for (const name of current.keys()) registry.addStatusHandler(name, () => current.get(name) as Status);
  const publisher = startPublishing({
    registry,
    publishMs: PUBLISH_MS,
    send: (message) => void sent.push(structuredClone(message)),
    onRound: () => {
      rounds += 1;
    },
  });
  onTestFinished(publisher.stop);
  return {
    sent,
    registry,
    publisher,
    get rounds() {
      return rounds;
    },
    async next() {
      await vi.advanceTimersByTimeAsync(rounds === 0 ? 0 : PUBLISH_MS);
      return sent.splice(0);
    },
    setStatus: (name, status) => void current.set(name, status),
  };
}

function toNames(message: ToSentinel | undefined): unknown {
  const { names, entries, rechecked, memories } = message as SentReport;
  return {
    names,
    entries: entries.map(({ name }) => name),
    rechecked: rechecked.map(([name]) => name),
    memories: memories.map(({ name }) => name),
  };
}

describe("publishing", () => {
  test("begins at once, with everything", async () => {
    const { next } = createWorld({ A: { state: "OK" }, B: { state: "OK" } });
    const messages = await next();
    expect(messages.map(toNames)).toEqual([
      { names: ["A", "B"], entries: ["A", "B"], rechecked: [], memories: ["A", "B"] },
    ]);
  });

  test("says that there are no handlers", async () => {
    const { next } = createWorld({});
    expect((await next()).map(toNames)).toEqual([{ names: [], entries: [], rechecked: [], memories: [] }]);
  });

  test("goes on with what is different, and with when the others were asked", async () => {
    const { next, setStatus } = createWorld({ A: { state: "OK" }, B: { state: "OK" } });
    await next();
    setStatus("B", { state: "OK", detail: "new" });
    expect((await next()).map(toNames)).toEqual([
      { names: undefined, entries: ["B"], rechecked: ["A"], memories: [] },
    ]);
  });

  test("sends nothing where nobody was asked again, and still is a round", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", () => ({ state: "OK" }), { maxAgeMs: 600_000 });
    const world = createWorld({}, registry);
    await world.next();
    expect(await world.next()).toEqual([]);
    expect(world.rounds).toBe(2);
  });

  test("tells that handlers came, went, or changed their order", async () => {
    const { next, registry } = createWorld({ A: { state: "OK" }, B: { state: "OK" } });
    await next();
    registry.removeStatusHandler("A");
    expect((await next()).map(toNames)).toMatchObject([{ names: ["B"], entries: [] }]);
    registry.addStatusHandler("A", () => ({ state: "OK" }));
    expect((await next()).map(toNames)).toMatchObject([
      { names: ["B", "A"], entries: ["A"], memories: ["A"] },
    ]);
  });

  test("sends what is remembered of a handler that was removed and registered again", async () => {
    const { next, registry } = createWorld({ A: { state: "OK" }, B: { state: "OK" } });
    await next();
    registry.removeStatusHandler("B");
    registry.addStatusHandler("B", () => ({ state: "OK" }));
    expect((await next()).map(toNames)).toMatchObject([{ names: undefined, memories: ["B"] }]);
    registry.addStatusHandler("B", () => ({ state: "OK" }));
    expect((await next()).map(toNames)).toMatchObject([{ names: undefined, memories: [] }]);
  });

  test("tells a change at the moment when it happens", async () => {
    const { sent, next, registry, setStatus } = createWorld({ A: { state: "OK" } });
    await next();
    setStatus("A", { state: "RED", detail: "gone" });
    await registry.getStatus("A");
    expect(sent).toMatchObject([
      {
        kind: "news",
        news: [
          {
            change: { name: "A", from: "OK", to: "RED", reason: "reported" },
            counts: { OK: 0, YELLOW: 0, RED: 1 },
          },
        ],
      },
    ]);
    expect((await next()).map(({ kind }) => kind)).toEqual(["news", "report"]);
  });

  test("tells further changes together, with the next beat or before the next report", async () => {
    const { sent, next, registry, setStatus, publisher } = createWorld({ A: { state: "OK" } });
    const change = async (detail: string): Promise<void> => {
      setStatus("A", { state: Number(detail) % 2 === 0 ? "OK" : "RED", detail });
      await registry.getStatus("A");
    };
    const toDetails = (messages: readonly ToSentinel[]): unknown =>
      messages.map((message) =>
        message.kind === "news"
          ? message.news.map(({ change: { status } }) => JSON.parse(status.json).detail)
          : message.kind,
      );
    await next();
    for (const detail of ["1", "2", "3"]) await change(detail);
    expect(toDetails(sent)).toEqual([["1"]]);
    publisher.flush();
    await change("4");
    expect(toDetails(sent)).toEqual([["1"], ["2", "3"]]);
    expect(toDetails(await next())).toEqual([["1"], ["2", "3"], ["4"], "report"]);
    publisher.flush();
    publisher.flush();
    await change("5");
    expect(toDetails(sent)).toEqual([["5"]]);
  });

  test("is repeated as a whole for a new thread, without asking anybody", async () => {
    const world = createWorld({ A: { state: "OK" } });
    world.publisher.repeat();
    await world.next();
    await world.next();
    world.publisher.repeat();
    const rounds = world.rounds;
    expect((await world.next()).map(toNames)[0]).toEqual({
      names: ["A"],
      entries: ["A"],
      rechecked: [],
      memories: ["A"],
    });
    expect(world.rounds).toBe(rounds + 1);
  });

  test("tells no change twice when it is repeated while some wait for the next beat", async () => {
    const world = createWorld({ A: { state: "OK" } });
    await world.next();
    for (const state of ["RED", "OK", "RED"] as const) {
      world.setStatus("A", { state });
      await world.registry.getStatus("A");
    }
    world.publisher.repeat();
    world.publisher.flush();
    const [news, repeated, ...further] = world.sent;
    expect(news).toMatchObject({ kind: "news", news: [{ change: { to: "RED" } }] });
    expect(repeated).toMatchObject({ kind: "report", memories: [{ history: [{}, {}, {}] }] });
    expect(further).toEqual([]);
  });

  /** A handler that answers when the test says so, beside one that counts how often it was asked. */
  function createHalfHanging() {
    const registry = createStatusRegistry();
    const calls: ((status: Status) => void)[] = [];
    let asked = 0;
    registry.addStatusHandler("Hanging", () => new Promise((resolve) => calls.push(resolve)), {
      timeoutMs: 10 * PUBLISH_MS,
    });
    registry.addStatusHandler("Quick", () => {
      asked += 1;
      return { state: "OK", detail: `asked ${asked} times` };
    });
    const toDetails = (message: ToSentinel | undefined): unknown =>
      (message as SentReport).entries.map(({ name, status }) => `${name}: ${status.json}`);
    return { calls, toDetails, world: createWorld({}, registry) };
  }

  test("waits for nobody longer than a round lasts: who has not answered yet is RED", async () => {
    const { world, toDetails } = createHalfHanging();
    await vi.advanceTimersByTimeAsync(PUBLISH_MS - 1);
    expect(world.sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(world.sent.map(toDetails)).toEqual([
      [
        'Hanging: {"state":"RED","detail":"has not answered yet"}',
        'Quick: {"state":"OK","detail":"asked 1 times"}',
      ],
    ]);
    expect(world.sent).toMatchObject([{ names: ["Hanging", "Quick"], entries: [{ reason: "hung" }, {}] }]);
  });

  test("goes on each round while a handler hangs that has answered before, and asks it once", async () => {
    const { world, calls, toDetails } = createHalfHanging();
    calls[0]?.({ state: "OK", detail: "fine" });
    expect(toDetails((await world.next())[0])).toHaveLength(2);
    // The round that begins next is the one that waits for it.
    await vi.advanceTimersByTimeAsync(PUBLISH_MS);
    for (const asked of [2, 3, 4, 5]) {
      const messages = await world.next();
      expect(messages.map(toDetails)).toEqual([[`Quick: {"state":"OK","detail":"asked ${asked} times"}`]]);
      expect(messages).toMatchObject([{ rechecked: [] }]);
    }
    expect(calls).toHaveLength(2);
  });

  test("tells at once that a handler has hung until its deadline", async () => {
    const { world, calls } = createHalfHanging();
    calls[0]?.({ state: "OK" });
    await world.next();
    await vi.advanceTimersByTimeAsync(10 * PUBLISH_MS);
    expect(world.sent.filter(({ kind }) => kind === "news")).toEqual([]);
    await vi.advanceTimersByTimeAsync(PUBLISH_MS);
    expect(world.sent).toContainEqual(
      expect.objectContaining({
        news: [expect.objectContaining({ change: expect.objectContaining({ reason: "timeout" }) })],
      }),
    );
  });

  test("waits for a registry that can say nothing before it has asked all, as that of a cluster", async () => {
    const own = createStatusRegistry();
    let answer = (): void => {};
    const shared: StatusRegistry = Object.create(own, {
      getReport: {
        value: () => new Promise((resolve) => (answer = () => void own.getReport().then(resolve))),
      },
    });
    const world = createWorld({}, shared);
    await vi.advanceTimersByTimeAsync(5 * PUBLISH_MS);
    expect(world.rounds).toBe(0);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(world.rounds).toBe(1);
  });

  test("goes on after a report that failed, and tells the logger", async () => {
    const logger = createRecordingLogger();
    const registry = createStatusRegistry({ logger });
    let isBroken = true;
    const broken: StatusRegistry = {
      ...registry,
      logger,
      getReport: () => (isBroken ? Promise.reject(new Error("broken")) : registry.getReport()),
    };
    const world = createWorld({}, broken);
    await world.next();
    expect(logger.lines).toEqual(["error: SVC036 publishing a report to the sentinel failed: broken"]);
    isBroken = false;
    await vi.advanceTimersByTimeAsync(PUBLISH_MS);
    expect(world.rounds).toBe(1);
  });

  test("stops", async () => {
    const { next, publisher, registry, setStatus } = createWorld({ A: { state: "OK" } });
    await next();
    publisher.stop();
    setStatus("A", { state: "RED" });
    await registry.getStatus("A");
    expect(await next()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
