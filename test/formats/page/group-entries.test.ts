import { expect, test } from "vitest";
import type { HandlerOptions } from "../../../src/core/handler-options.ts";
import { createStatusRegistry } from "../../../src/core/registry.ts";
import type { State } from "../../../src/core/state.ts";
import { groupEntries, listEntries } from "../../../src/formats/page/group-entries.ts";

type Handler = readonly [name: string, state: State, options?: HandlerOptions];

async function group(handlers: readonly Handler[], names?: readonly string[]) {
  const registry = createStatusRegistry();
  for (const [name, state, options] of handlers) registry.addStatusHandler(name, () => ({ state }), options);
  const { entries } = await registry.getReport(names && { names });
  const tell = (groups: ReturnType<typeof groupEntries>) =>
    groups.map(({ entry, dependants }) => [entry.name, ...dependants.map(({ name }) => name)].join(" "));
  return { grouped: tell(groupEntries(entries)), listed: tell(listEntries(entries)) };
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
