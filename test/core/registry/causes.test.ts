import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HandlerOptions } from "../../../src/core/handler-options.ts";
import { createDependencies, expectNoCycle } from "../../../src/core/registry/causes.ts";
import { MAX_CAUSE_AGE_MS } from "../../../src/core/registry/find-causes.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import type { State } from "../../../src/core/state.ts";
import type { Status } from "../../../src/core/status.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createFakeHandler, type FakeHandler } from "../../../src/testing/fake-handler.ts";
import { createDeferred } from "../../support/deferred.ts";

/** Handlers that report these states, each with what it depends on. */
function registryOf(
  handlers: Readonly<Record<string, readonly [State, ...string[]]>>,
  options: HandlerOptions = {},
): StatusRegistry {
  const registry = createStatusRegistry({ clock: createFakeClock() });
  for (const [name, [state, ...dependsOn]] of Object.entries(handlers)) {
    registry.addStatusHandler(name, () => ({ state, detail: `${name} says so` }), { ...options, dependsOn });
  }
  return registry;
}

async function explainAll(registry: StatusRegistry): Promise<Record<string, string>> {
  const { entries } = await registry.getReport();
  return Object.fromEntries(
    entries.map(({ name, reason, status }) => [name, `${status.state} ${reason ?? "-"}: ${status.detail}`]),
  );
}

describe("a handler that depends on others", () => {
  test("is explained by the RED of one of them", async () => {
    const registry = registryOf({ Db: ["RED"], Orders: ["RED", "Db"] });
    expect(await explainAll(registry)).toEqual({
      Db: "RED reported: Db says so",
      Orders: "RED dependency: because Db is RED",
    });
  });

  test("is explained by one that is registered after it, and asked in the same report", async () => {
    const registry = registryOf({ Orders: ["RED", "Db"], Db: ["RED"] });
    expect(await explainAll(registry)).toMatchObject({ Orders: "RED dependency: because Db is RED" });
  });

  test.each(["OK", "YELLOW"] as const)("is explained by RED only, not by %s", async (state) => {
    const registry = registryOf({ Db: [state], Orders: ["RED", "Db"] });
    expect(await explainAll(registry)).toMatchObject({ Orders: "RED reported: Orders says so" });
  });

  test.each(["OK", "YELLOW"] as const)("keeps its own word while it is %s", async (state) => {
    const registry = registryOf({ Db: ["RED"], Orders: [state, "Db"] });
    const reason = state === "OK" ? "-" : "reported";
    expect(await explainAll(registry)).toMatchObject({ Orders: `${state} ${reason}: Orders says so` });
  });

  test("names the first of several that are RED, in the order given", async () => {
    const registry = registryOf({
      Db: ["RED"],
      Cache: ["OK"],
      Queue: ["RED"],
      Orders: ["RED", "Cache", "Queue", "Db"],
    });
    expect(await explainAll(registry)).toMatchObject({ Orders: "RED dependency: because Queue is RED" });
  });

  test("names the next link of a chain, so that each entry leads one step on", async () => {
    const registry = registryOf({ Shop: ["RED", "Orders"], Orders: ["RED", "Db"], Db: ["RED"] });
    expect(await explainAll(registry)).toEqual({
      Shop: "RED dependency: because Orders is RED",
      Orders: "RED dependency: because Db is RED",
      Db: "RED reported: Db says so",
    });
  });

  test("is explained by a dependency that is not critical too", async () => {
    const registry = registryOf({ Db: ["RED"], Orders: ["RED", "Db"] }, { critical: false });
    expect((await registry.getReport()).state).toBe("YELLOW");
    expect(await explainAll(registry)).toMatchObject({ Orders: "RED dependency: because Db is RED" });
  });

  test("may be the top of a net with more ways through it than could be followed", () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    const layers = 40;
    for (let layer = 0; layer < layers; layer += 1) {
      const dependsOn = layer === 0 ? [] : [`A${layer - 1}`, `B${layer - 1}`];
      for (const side of ["A", "B"]) {
        registry.addStatusHandler(`${side}${layer}`, () => ({ state: "OK" }), { dependsOn });
      }
    }
    expect(registry.names).toHaveLength(2 * layers);
  });

  test("takes an unknown name as absent, until it is registered", async () => {
    const registry = registryOf({ Orders: ["RED", "Db"] });
    expect(await explainAll(registry)).toEqual({ Orders: "RED reported: Orders says so" });
    registry.addStatusHandler("Db", () => ({ state: "RED" }));
    expect(await explainAll(registry)).toMatchObject({ Orders: "RED dependency: because Db is RED" });
    registry.removeStatusHandler("Db");
    expect(await explainAll(registry)).toEqual({ Orders: "RED reported: Orders says so" });
  });

  test("keeps what it said itself in rawStatus, and the further properties in its status", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    registry.addStatusHandler("Db", () => ({ state: "RED" }));
    const own = { state: "RED" as const, detail: "no orders", shard: 7, labels: { lost: Number.NaN } };
    registry.addStatusHandler("Orders", () => own, { dependsOn: ["Db"] });
    const { entries } = await registry.getReport();
    expect(entries[1]?.rawStatus).toEqual(own);
    expect(entries[1]?.status).toEqual({ ...own, detail: "because Db is RED" });
    expect(entries[1]?.dependsOn).toEqual(["Db"]);
  });

  test("is explained in getStatus() and in a report of its own by what is known of the others", async () => {
    const registry = registryOf({ Db: ["RED"], Orders: ["RED", "Db"] });
    expect((await registry.getStatus("Orders")).detail).toBe("Orders says so"); // Db was never asked
    await registry.getReport();
    expect((await registry.getStatus("Orders")).detail).toBe("because Db is RED");
    const { entries } = await registry.getReport({ names: ["Orders"] });
    expect(entries.map(({ reason }) => reason)).toEqual(["dependency"]);
  });

  test.each<[inReport: State, later: State, reason: string]>([
    ["RED", "OK", "dependency"],
    ["OK", "RED", "reported"],
  ])("is explained by the %s in the same report, not by a later %s", async (inReport, later, reason) => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    let db = inReport;
    const answer = createDeferred<Status>();
    registry.addStatusHandler("Db", () => ({ state: db }));
    registry.addStatusHandler("Orders", () => answer.promise, { dependsOn: ["Db"] });
    const asked = registry.getReport();
    db = later;
    expect(await registry.isInState("Db", later)).toBe(true);
    answer.resolve({ state: "RED" });
    const { entries } = await asked;
    expect(entries.map((entry) => [entry.status.state, entry.reason])).toEqual([
      [inReport, inReport === "RED" ? "reported" : undefined],
      ["RED", reason],
    ]);
  });

  test("is not explained by what was known of a dependency more than a minute ago", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    registry.addStatusHandler("Db", () => ({ state: "RED" }));
    registry.addStatusHandler("Orders", () => ({ state: "RED", detail: "no orders" }), { dependsOn: ["Db"] });
    await registry.getReport();
    await clock.advance(MAX_CAUSE_AGE_MS);
    expect((await registry.getStatus("Orders")).detail).toBe("because Db is RED");
    await clock.advance(1);
    expect((await registry.getStatus("Orders")).detail).toBe("no orders");
    expect((await registry.getReport({ names: ["Orders"] })).entries[0]?.reason).toBe("reported");
  });

  test("is explained by what the background knows, which has an age limit of its own", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    registry.addStatusHandler("Db", () => ({ state: "RED" }), { intervalMs: 10 * MAX_CAUSE_AGE_MS });
    registry.addStatusHandler("Orders", () => ({ state: "RED" }), { dependsOn: ["Db"] });
    await clock.advance(2 * MAX_CAUSE_AGE_MS);
    expect((await registry.getStatus("Orders")).detail).toBe("because Db is RED");
    registry.close();
  });

  test("is explained by the reported state of a dependency, not by the raw one", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    const db: FakeHandler = createFakeHandler();
    registry.addStatusHandler("Db", db, { failAfter: 2 });
    registry.addStatusHandler("Orders", () => ({ state: "RED" }), { dependsOn: ["Db"] });
    await registry.getReport();
    db.report("RED");
    expect((await registry.getReport()).entries.map(({ reason }) => reason)).toEqual([undefined, "reported"]);
    expect((await registry.getReport()).entries.map(({ reason }) => reason)).toEqual([
      "reported",
      "dependency",
    ]);
  });

  test("has its change told with the reason as it was known then", async () => {
    const registry = registryOf({ Db: ["RED"], Orders: ["RED", "Db"] });
    await registry.getReport();
    expect(registry.history("Orders")).toMatchObject([
      { to: "RED", reason: "dependency", status: { detail: "because Db is RED" } },
    ]);
  });

  test("stays stale where it is not asked any more, because nobody knows", async () => {
    const registry = registryOf({ Db: ["RED"], Orders: ["RED", "Db"] });
    await registry.getReport();
    registry.close();
    expect((await registry.getReport()).entries.map(({ reason }) => reason)).toEqual(["stale", "stale"]);
  });
});

function attempt(run: () => void): "accepted" | "refused" {
  try {
    run();
    return "accepted";
  } catch {
    return "refused";
  }
}

describe("a circle of dependencies", () => {
  const ok = () => ({ state: "OK" as const });

  test.each<[string, Readonly<Record<string, readonly string[]>>, string, readonly string[], string]>([
    ["of one", {}, "A", ["A"], '"A" -> "A"'],
    ["of one among others", { B: [] }, "A", ["B", "A"], '"A" -> "A"'],
    ["of two", { B: ["A"] }, "A", ["B"], '"A" -> "B" -> "A"'],
    ["of three", { B: ["C"], C: ["A"] }, "A", ["B"], '"A" -> "B" -> "C" -> "A"'],
    ["behind a branch", { B: [], C: ["B", "D"], D: ["A"] }, "A", ["B", "C"], '"A" -> "C" -> "D" -> "A"'],
    ["through a name with quotes", { 'B"': ["A"] }, "A", ['B"'], '"A" -> "B\\"" -> "A"'],
  ])("%s is refused", (_, known, name, dependsOn, circle) => {
    const registry = createStatusRegistry();
    for (const [other, others] of Object.entries(known)) {
      registry.addStatusHandler(other, ok, { dependsOn: others });
    }
    const names = registry.names;
    expect(() => registry.addStatusHandler(name, ok, { dependsOn })).toThrow(
      new TypeError(`dependsOn: expected no cycle, got ${circle}`),
    );
    expect(registry.names).toEqual(names);
  });

  test("leaves the handler alone that it would have replaced", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const first = createFakeHandler();
    registry.addStatusHandler("A", first, { intervalMs: 1_000 });
    registry.addStatusHandler("B", ok, { dependsOn: ["A"] });
    await clock.advance(0);
    expect(() => registry.addStatusHandler("A", ok, { dependsOn: ["B"] })).toThrow(TypeError);
    await clock.advance(5_000);
    expect(first.calls).toBe(6);
    expect((await registry.getReport()).entries[0]).toMatchObject({ dependsOn: [], status: { state: "OK" } });
    registry.close();
  });

  test("is not there when a replaced handler no longer depends on the other", () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", ok, { dependsOn: ["B"] });
    registry.addStatusHandler("A", ok);
    registry.addStatusHandler("B", ok, { dependsOn: ["A"] });
    expect(registry.names).toEqual(["A", "B"]);
  });

  test("is not there where two ways lead to the same handler", () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", ok, { dependsOn: ["B", "C"] });
    registry.addStatusHandler("B", ok, { dependsOn: ["D"] });
    registry.addStatusHandler("C", ok, { dependsOn: ["D"] });
    registry.addStatusHandler("D", ok);
    expect(registry.names).toEqual(["A", "B", "C", "D"]);
  });

  test("is found at once in a graph with very many ways", () => {
    const registry = createStatusRegistry();
    const depth = 60; // 2 ** 60 ways
    for (let level = 0; level < depth; level += 1) {
      const dependsOn = [`left ${level + 1}`, `right ${level + 1}`];
      registry.addStatusHandler(`left ${level}`, ok, { dependsOn });
      registry.addStatusHandler(`right ${level}`, ok, { dependsOn });
    }
    expect(() => registry.addStatusHandler(`left ${depth}`, ok, { dependsOn: ["left 0"] })).toThrow(
      TypeError,
    );
    expect(registry.names).toHaveLength(2 * depth);
  });

  test("is looked for in a chain of thousands of handlers, whichever end is registered first", () => {
    const length = 3_000;
    for (const step of [1, -1]) {
      const registry = createStatusRegistry();
      const order = Array.from({ length }, (_, index) => (step === 1 ? index : length - 1 - index));
      for (const index of order)
        registry.addStatusHandler(`${index}`, ok, index === 0 ? {} : { dependsOn: [`${index - 1}`] });
      expect(() => registry.addStatusHandler("0", ok, { dependsOn: [`${length - 1}`] })).toThrow(
        new RegExp(`^dependsOn: expected no cycle, got "0" -> "${length - 1}" -> .* -> "1" -> "0"$`),
      );
    }
  });

  test("is looked for once at each handler", () => {
    const looked: string[] = [];
    const getDependencies = (name: string): readonly string[] => {
      looked.push(name);
      return name === "0" ? [] : [`${Number(name) - 1}`];
    };
    expectNoCycle("1000", ["999", "998"], getDependencies);
    expect(looked).toHaveLength(1_000);
  });

  test("is found in whatever order handlers come, change and go", () => {
    const names = ["A", "B", "C", "D", "E"];
    const action = fc.record({
      name: fc.constantFrom(...names),
      dependsOn: fc.option(fc.subarray(names), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const dependencies = createDependencies();
        const known = new Map<string, readonly string[]>();
        for (const { name, dependsOn } of actions) {
          if (dependsOn === undefined) {
            dependencies.delete(name);
            known.delete(name);
            continue;
          }
          const expected = attempt(() => expectNoCycle(name, dependsOn, (other) => known.get(other) ?? []));
          expect(attempt(() => dependencies.expectNoCycle(name, dependsOn))).toBe(expected);
          if (expected === "refused") continue;
          dependencies.set(name, dependsOn);
          known.set(name, dependsOn);
        }
      }),
    );
  });

  test.each([
    ["A", 'dependsOn: expected an array of names, got "A"'],
    [[""], /^dependsOn\[0\]: expected a non-empty string of at most 200 characters/],
    [[1], /^dependsOn\[0\]: expected a non-empty string of at most 200 characters/],
    [null, "dependsOn: expected an array of names, got null"],
  ])("dependsOn: %j is refused", (dependsOn, message) => {
    const registry = createStatusRegistry();
    const add = () => registry.addStatusHandler("A", ok, { dependsOn: dependsOn as string[] });
    expect(add).toThrow(TypeError);
    expect(add).toThrow(message);
    expect(registry.names).toEqual([]);
  });

  test("cannot be made by changing the array that was given", async () => {
    const dependsOn = ["Db"];
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", () => ({ state: "RED" }), { dependsOn });
    dependsOn[0] = "A";
    expect((await registry.getReport()).entries[0]?.dependsOn).toEqual(["Db"]);
  });
});
