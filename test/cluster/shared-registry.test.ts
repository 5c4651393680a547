import { describe, expect, test } from "vitest";
import { createSharedRegistry } from "../../src/cluster/shared-report.ts";
import { DEFAULT_RULE } from "../../src/core/readiness/rule.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { getHeld, setReadinessRule } from "../../src/core/seams.ts";
import type { State } from "../../src/core/state.ts";
import { createRecordingLogger } from "../support/registry.ts";

/** A registry of the application that works only as itself, as a class with private fields does. */
function createOwnRegistry(): StatusRegistry {
  const own: StatusRegistry = new Proxy(createStatusRegistry(), {
    get(inner, key, receiver) {
      expect(receiver).toBe(own);
      const value: unknown = Reflect.get(inner, key);
      return typeof value === "function" ? value.bind(inner) : value;
    },
  });
  return own;
}

function createSubject() {
  const registry = createOwnRegistry();
  registry.addStatusHandler("A", () => ({ state: "OK" }));
  const requestAll = () => Promise.resolve(undefined);
  return { registry, shared: createSharedRegistry(registry, { isCoordinated: false, requestAll }) };
}

describe("the registry of a cluster", () => {
  test("has the handlers of the worker's own registry", async () => {
    const { registry, shared } = createSubject();
    shared.addStatusHandler("B", () => ({ state: "RED" }), { critical: false });
    expect([shared.names, shared.handlers]).toEqual([registry.names, registry.handlers]);
    expect(shared.handlers[1]).toMatchObject({ name: "B", critical: false });
    expect(await shared.getStatus("B")).toEqual({ state: "RED" });
    expect(await shared.isInState("B", "RED")).toBe(true);
    expect(await shared.waitForStatus("B", "OK", { timeoutMs: 0 })).toBe(false);
    expect((await shared.getReport({ names: ["B"] })).entries).toMatchObject([{ name: "B" }]);
    expect(shared.removeStatusHandler("B")).toBe(true);
    expect(registry.names).toEqual(["A"]);
  });

  test("tells its changes, and remembers them", async () => {
    const { registry, shared } = createSubject();
    const told: string[] = [];
    const stop = shared.on("change", ({ name, to }) => void told.push(`${name} ${to}`));
    const changes = shared.changes()[Symbol.asyncIterator]();
    registry.addStatusHandler("B", () => ({ state: "RED" }));
    await registry.getReport();
    stop();
    expect(told).toEqual(["B RED"]);
    expect((await changes.next()).value).toMatchObject({ name: "B" });
    expect(shared.history("B")).toMatchObject([{ to: "RED" }]);
    expect(shared.changeCounts("B")).toEqual({ OK: 0, YELLOW: 0, RED: 1 });
    await changes.return?.();
  });

  test("shows what the readiness of the worker's own registry holds", async () => {
    const registry = createStatusRegistry();
    let state: State = "OK";
    registry.addStatusHandler("Database", () => ({ state }));
    const shared = createSharedRegistry(registry, {
      isCoordinated: false,
      requestAll: async () => undefined,
    });
    setReadinessRule(registry, DEFAULT_RULE);
    await registry.getReport();
    expect([...getHeld(shared)]).toEqual([]);
    state = "RED";
    await registry.getReport();
    expect([...getHeld(shared).keys()]).toEqual(["Database"]);
  });

  test("has its logger", () => {
    const { registry, shared } = createSubject();
    const logger = createRecordingLogger();
    shared.logger = logger;
    expect([registry.logger, shared.logger]).toEqual([logger, logger]);
  });

  test.each<[how: string, close: (shared: StatusRegistry) => void]>([
    ["close()", (shared) => shared.close()],
    ["using", (shared) => shared[Symbol.dispose]()],
  ])("ends with it: %s", async (_how, close) => {
    const { registry, shared } = createSubject();
    close(shared);
    expect((await registry.getReport()).entries).toMatchObject([{ reason: "stale" }]);
  });
});
