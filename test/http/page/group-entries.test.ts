import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HandlerOptions } from "../../../src/core/handler-options.ts";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import type { Entry } from "../../../src/core/report.ts";
import type { State } from "../../../src/core/state.ts";
import { createGrouping, type EntryGroup } from "../../../src/http/page/group-entries.ts";

type Handler = readonly [name: string, state: State, options?: HandlerOptions];

async function group(handlers: readonly Handler[], names?: readonly string[]) {
  const registry = createStatusRegistry();
  for (const [name, state, options] of handlers) registry.addStatusHandler(name, () => ({ state }), options);
  const { entries } = await registry.getReport(names && { names });
  const grouping = createGrouping();
  const tell = (groups: readonly EntryGroup[]) =>
    groups.map(({ entry, dependants }) => [entry.name, ...dependants.map(({ name }) => name)].join(" "));
  return { grouped: tell(grouping.group(entries)), listed: tell(grouping.list(entries)) };
}

test("the worst come first, of those the critical ones, and then by name", async () => {
  const { grouped, listed } = await group([
    ["b", "OK"],
    ["a", "OK"],
    ["minor", "RED", { critical: false }],
    ["z", "RED"],
    ["y", "YELLOW"],
  ]);
  expect(grouped).toEqual(["z", "minor", "y", "a", "b"]);
  expect(listed).toEqual(["minor", "z", "y", "a", "b"]);
});

test("what is RED because of another is folded under the one where the chain begins", async () => {
  const handlers: readonly Handler[] = [
    ["Api", "RED", { dependsOn: ["Orders"] }],
    ["Orders", "RED", { dependsOn: ["Cache", "Database"] }],
    ["Database", "RED"],
    ["Cache", "OK"],
    ["Own", "RED"],
    ["Fine", "OK", { dependsOn: ["Database"] }],
  ];
  const { grouped, listed } = await group(handlers);
  expect(grouped).toEqual(["Database Api Orders", "Own", "Cache", "Fine"]);
  expect(listed).toEqual(["Api", "Database", "Orders", "Own", "Cache", "Fine"]);
});

test("what is explained by a handler that is not shown stands for itself", async () => {
  const handlers: readonly Handler[] = [
    ["Database", "RED"],
    ["Orders", "RED", { dependsOn: ["Database"] }],
  ];
  expect((await group(handlers, ["Orders"])).grouped).toEqual(["Orders"]);
});

describe("thousands of handlers", () => {
  const createEntries = (length: number, toCause: (index: number) => string): readonly Entry[] =>
    Array.from({ length }, (_, index): Entry => {
      const status = { state: "RED" } as const;
      const at = new Date(0);
      return {
        name: `${index}`,
        status,
        rawStatus: status,
        critical: true,
        scope: "shared",
        checkedAt: at,
        durationMs: 0,
        since: at,
        dependsOn: [toCause(index)],
        reason: index === 0 ? "reported" : "dependency",
      };
    });

  test.each<[string, (index: number) => string]>([
    ["that depend on one", () => "0"],
    ["that form a chain", (index) => `${index - 1}`],
  ])("%s are folded under it", (_, toCause) => {
    const length = 50_000;
    const [group, ...others] = createGrouping().group(createEntries(length, toCause));
    expect(group?.entry.name).toBe("0");
    expect(group?.dependants).toHaveLength(length - 1);
    expect(others).toEqual([]);
  });

  test("that form a cycle, as workers of a cluster may say, are all shown", () => {
    const entries = createEntries(3, (index) => `${(index + 2) % 3}`).map((entry) => ({
      ...entry,
      reason: "dependency" as const,
    }));
    const groups = createGrouping().group(entries);
    const shown = groups.flatMap(({ entry, dependants }) => [entry, ...dependants]);
    expect(new Set(shown)).toEqual(new Set(entries));
    expect(shown).toHaveLength(3);
  });
});

test("the order is that of each report, whatever the last one was", () => {
  const states = ["OK", "YELLOW", "RED"] as const;
  const entry = fc.record({
    name: fc.constantFrom("a", "b", "c", "d"),
    status: fc.constantFrom(...states.map((state) => ({ state }))),
    critical: fc.boolean(),
    reason: fc.constantFrom("reported", "dependency"),
    dependsOn: fc.subarray(["a", "b", "c", "d"]),
  });
  const reports = fc.array(fc.uniqueArray(entry, { selector: ({ name }) => name }));
  fc.assert(
    fc.property(reports, (all) => {
      const grouping = createGrouping();
      for (const entries of all as readonly unknown[] as readonly Entry[][]) {
        expect(grouping.group(entries)).toEqual(createGrouping().group(entries));
        expect(grouping.list(entries)).toEqual(createGrouping().list(entries));
      }
    }),
  );
});

test("the group of a handler alone stays the same object as long as its entry does", async () => {
  const registry = createStatusRegistry();
  for (const name of ["a", "b"]) registry.addStatusHandler(name, () => ({ state: "OK" }));
  const { entries } = await registry.getReport();
  const grouping = createGrouping();
  const [a, b] = grouping.group(entries);
  const changed = entries.map((entry) => (entry.name === "a" ? { ...entry, critical: false } : entry));
  expect(grouping.group(changed)).toEqual([b, { entry: changed[0], dependants: [] }]);
  expect(grouping.group(changed)[0]).toBe(b);
  expect(grouping.group(changed)).not.toContain(a);
});
