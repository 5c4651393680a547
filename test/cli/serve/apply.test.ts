import { expect, test, vi } from "vitest";
import { applyHandlers, describeApplied } from "../../../src/cli/serve/apply.ts";
import type { PreparedHandler } from "../../../src/cli/serve/prepare.ts";
import type { HandlerOptions } from "../../../src/core/handler-options.ts";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import type { State } from "../../../src/core/state.ts";

/** What a configuration made, each time anew: the source tells whether it is the same. */
function prepared(name: string, dependsOn: readonly string[] = [], state: State = "OK"): PreparedHandler {
  const options: HandlerOptions = { dependsOn };
  return { name, handler: () => ({ state }), options, source: { check: "memory", name, dependsOn } };
}

test("what is the same keeps its handler and its history; the rest is added, replaced and removed", async () => {
  const registry = createStatusRegistry();
  const first = applyHandlers(
    registry,
    [],
    [prepared("Same", [], "RED"), prepared("Other"), prepared("Gone")],
  );
  await registry.getReport();
  const second = [prepared("Same"), prepared("Other", ["Same"]), prepared("New")];
  const { applied, handlers } = applyHandlers(registry, first.handlers, second);
  expect(describeApplied(applied)).toBe("added New, changed Other, removed Gone");
  expect(registry.names).toEqual(["Same", "Other", "New"]);
  expect((await registry.getStatus("Same")).state).toBe("RED");
  expect(registry.history("Same")).toHaveLength(1);
  expect(applyHandlers(registry, handlers, second).applied).toEqual({ added: [], changed: [], removed: [] });
});

test("what is not needed any more is closed, and what is still asked is not", () => {
  const registry = createStatusRegistry();
  const closes: Record<string, ReturnType<typeof vi.fn>> = {};
  function closable(name: string, take: string, dependsOn: readonly string[] = []): PreparedHandler {
    const close = vi.fn();
    closes[`${name} ${take}`] = close;
    return { ...prepared(name, dependsOn), handler: { status: () => ({ state: "OK" }), close } as never };
  }
  const { handlers } = applyHandlers(
    registry,
    [],
    [closable("Same", "old"), closable("Changed", "old"), closable("Gone", "old")],
  );
  applyHandlers(registry, handlers, [closable("Same", "new"), closable("Changed", "new", ["Same"])]);
  const closed = Object.entries(closes).flatMap(([name, close]) =>
    close.mock.calls.length > 0 ? [name] : [],
  );
  expect(closed).toEqual(["Changed old", "Gone old", "Same new"]);
});

test("a dependency may turn round", () => {
  const registry = createStatusRegistry();
  const { handlers } = applyHandlers(
    registry,
    [],
    [prepared("A", ["B"]), prepared("B", ["C"]), prepared("C")],
  );
  const turned = [prepared("A"), prepared("B", ["A"]), prepared("C", ["B"])];
  expect(applyHandlers(registry, handlers, turned).applied.changed).toEqual(["A", "B", "C"]);
});

test("what a module has made is left alone: it may be in use under another name", () => {
  const registry = createStatusRegistry();
  const close = vi.fn();
  const handler = { status: () => ({ state: "OK" as const }), close };
  const own = (name: string): PreparedHandler => ({ name, handler, options: {}, source: { name, handler } });
  const { handlers } = applyHandlers(registry, [], [own("A")]);
  const { applied } = applyHandlers(registry, handlers, [own("B")]);
  expect(applied).toEqual({ added: ["B"], changed: [], removed: ["A"] });
  expect(close).not.toHaveBeenCalled();
});
