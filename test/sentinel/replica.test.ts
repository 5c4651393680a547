import { describe, expect, test } from "vitest";
import type { Change } from "../../src/core/change.ts";
import { UnknownHandlerError } from "../../src/core/errors.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { getRegistrySeams } from "../../src/core/seams.ts";
import { type MainThreadFacts, toOwnEntries } from "../../src/sentinel/own-entries.ts";
import { MAX_SENT_HISTORY, type ToSentinel } from "../../src/sentinel/protocol.ts";
import { startPublishing } from "../../src/sentinel/publish.ts";
import { createReplica, type Replica } from "../../src/sentinel/replica.ts";
import { createRecordingLogger, type NamedStatus } from "../support/registry.ts";

const HEALTHY: MainThreadFacts = {
  silenceMs: 0,
  reportAgeMs: 0,
  hasPublished: true,
  publishMs: 1_000,
  wedgedAfterMs: 30_000,
  now: Date.parse("2026-01-01T00:00:00Z"),
};
const BUSY = { ...HEALTHY, silenceMs: 2_000, reportAgeMs: 2_000 };
const LONG_BUSY = { ...HEALTHY, silenceMs: 4_000, reportAgeMs: 4_000 };

/** A registry, and a replica that gets everything that is published of it. */
async function createWorld(...statuses: readonly NamedStatus[]) {
  return createWorldOf(createStatusRegistry(), statuses);
}

async function createWorldOf(registry: StatusRegistry, statuses: readonly NamedStatus[]) {
  const current = new Map(statuses);
  for (const name of current.keys()) registry.addStatusHandler(name, () => current.get(name) as never);
  let facts = HEALTHY;
  const replica = createReplica({
    logger: createRecordingLogger(),
    getOwn: (isTaken) => toOwnEntries(facts, isTaken),
    getReportedAt: () => Date.parse("2026-01-01T00:00:00Z"),
  });
  const publisher = startPublishing({
    registry,
    publishMs: 600_000,
    send: (message) => take(replica, structuredClone(message)),
    onRound: () => {},
  });
  registry.on("change", publisher.flush);
  await registry.getReport();
  await new Promise(setImmediate);
  publisher.repeat();
  return {
    registry,
    replica,
    setStatus: (name: string, status: unknown) => void current.set(name, status),
    /** Its details are the number of the change. */
    async changeStates(name: string, times: number) {
      for (let change = 0; change < times; change += 1) {
        current.set(name, { state: change % 2 === 0 ? "RED" : "OK", detail: `${change}` });
        await registry.getStatus(name);
      }
    },
    setFacts(newFacts: MainThreadFacts) {
      facts = newFacts;
    },
    show: async (names?: readonly string[]) => {
      const { state, entries } = await replica.registry.getReport(names && { names });
      return `${state}: ${entries.map(({ name, status }) => `${name} ${status.state}`).join(", ")}`;
    },
    [Symbol.dispose]: publisher.stop,
  };
}

function take({ applyReport, applyNews }: Replica, message: ToSentinel): void {
  if (message.kind === "report") applyReport(message);
  if (message.kind === "news") message.news.forEach(applyNews);
}

describe("the replica of a registry", () => {
  test("gives the same report", async () => {
    using world = await createWorld(["B", { state: "OK", detail: "fine" }], ["A", { state: "RED", x: [1] }]);
    const { entries } = await world.registry.getReport();
    const copy = await world.replica.registry.getReport();
    expect(copy).toEqual({
      state: "RED",
      at: new Date("2026-01-01T00:00:00Z"),
      entries: entries.map((entry) => ({
        ...entry,
        checkedAt: expect.any(Date),
        durationMs: expect.any(Number),
      })),
    });
    expect(world.replica.registry.names).toEqual(["B", "A"]);
    expect(world.replica.registry.handlers).toEqual(world.registry.handlers);
  });

  test("gives parts of it, and knows who is unknown", async () => {
    using world = await createWorld(["A", { state: "OK" }], ["B", { state: "RED" }]);
    expect(await world.show(["A"])).toBe("OK: A OK");
    expect(await world.show([])).toBe("OK: ");
    await expect(world.show(["A", "C"])).rejects.toThrow(UnknownHandlerError);
  });

  test("asks no handler", async () => {
    using world = await createWorld(["A", { state: "OK" }]);
    world.setStatus("A", { state: "RED" });
    expect(await world.show()).toBe("OK: A OK");
  });

  test("follows a change, remembers it and tells it", async () => {
    using world = await createWorld(["A", { state: "OK" }]);
    const { registry } = world.replica;
    const told: Change[] = [];
    registry.on("change", (change) => void told.push(change));
    const next = registry.changes()[Symbol.asyncIterator]().next();
    world.setStatus("A", { state: "RED", detail: "gone" });
    await world.registry.getStatus("A");
    expect(told).toEqual(world.registry.history("A"));
    expect(await next).toEqual({ done: false, value: told[0] });
    expect(registry.history("A")).toEqual(told);
    expect(registry.changeCounts("A")).toEqual({ OK: 0, YELLOW: 0, RED: 1 });
    const { entries } = await registry.getReport();
    expect(entries).toMatchObject([
      { status: { state: "RED", detail: "gone" }, reason: "reported", since: told[0]?.at },
    ]);
    world.setStatus("A", { state: "OK" });
    await world.registry.getStatus("A");
    expect((await registry.getReport()).entries[0]).not.toHaveProperty("reason");
  });

  test("distinguishes a handler from one of the same name that was removed", async () => {
    using world = await createWorld(["A", { state: "OK" }]);
    const { registry, applyReport } = world.replica;
    const { getRegistration } = getRegistrySeams(registry);
    const before = getRegistration("A");
    expect(before).toBeDefined();
    await world.changeStates("A", 2);
    expect(getRegistration("A")).toBe(before);
    const memory = { name: "A", history: [], counts: { OK: 0, YELLOW: 0, RED: 0 } };
    applyReport({ kind: "report", entries: [], rechecked: [], memories: [memory] });
    expect(getRegistration("A")).not.toBe(before);
    expect(registry.history("A")).toEqual([]);
  });

  test(`remembers the last ${MAX_SENT_HISTORY} changes`, async () => {
    using world = await createWorld(["A", { state: "OK" }]);
    await world.changeStates("A", MAX_SENT_HISTORY + 1);
    const history = world.replica.registry.history("A");
    expect(history.length).toBe(MAX_SENT_HISTORY);
    expect(history[0]?.status.detail).toBe("1");
    expect(world.replica.registry.changeCounts("A")).toEqual(world.registry.changeCounts("A"));
  });

  test.each([0, 1, 3])(
    "remembers no more changes than the registry, where that is %d",
    async (historyLimit) => {
      using world = await createWorldOf(createStatusRegistry({ historyLimit }), [["A", { state: "OK" }]]);
      const { history, changeCounts } = world.replica.registry;
      await world.changeStates("A", 2);
      expect(history("A")).toEqual(world.registry.history("A"));
      await world.changeStates("A", 5);
      expect(history("A")).toEqual(world.registry.history("A"));
      expect(history("A")).toHaveLength(historyLimit);
      expect(changeCounts("A")).toEqual(world.registry.changeCounts("A"));
    },
  );

  test("knows nothing of a name that it has not heard of", async () => {
    using world = await createWorld();
    expect(world.replica.registry.history("A")).toEqual([]);
    expect(world.replica.registry.changeCounts("A")).toEqual({ OK: 0, YELLOW: 0, RED: 0 });
  });
});

describe("what the sentinel says itself", () => {
  test("stands in a report that is old, whatever it is about", async () => {
    using world = await createWorld(["A", { state: "OK" }], ["B", { state: "RED" }]);
    world.setFacts(LONG_BUSY);
    expect(await world.show()).toBe("RED: EventLoop YELLOW, A OK, B RED");
    expect(await world.show(["A"])).toBe("YELLOW: EventLoop YELLOW, A OK");
  });

  test("does not stand in one that is not, but can be asked for", async () => {
    using world = await createWorld(["A", { state: "OK" }]);
    world.setFacts(BUSY);
    expect(await world.show()).toBe("OK: A OK");
    expect(await world.show(["EventLoop"])).toBe("YELLOW: EventLoop YELLOW");
    expect(world.replica.registry.names).toEqual(["EventLoop", "A"]);
  });

  test("has another name where the application has a handler of that name", async () => {
    using world = await createWorld(["EventLoop", { state: "OK" }]);
    world.setFacts(LONG_BUSY);
    expect(await world.show()).toBe("YELLOW: SentinelEventLoop YELLOW, EventLoop OK");
    expect(await world.show(["EventLoop"])).toBe("YELLOW: SentinelEventLoop YELLOW, EventLoop OK");
  });

  test("is all there is before the first report", async () => {
    using world = await createWorld();
    world.setFacts({ ...HEALTHY, hasPublished: false });
    expect(await world.show()).toBe("RED: Publication RED");
  });
});
