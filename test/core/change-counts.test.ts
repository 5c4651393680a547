import { expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler, type FakeHandler } from "../../src/testing/fake-handler.ts";

function registryWith(handler: FakeHandler, historyLimit = 100): StatusRegistry {
  const registry = createStatusRegistry({ clock: createFakeClock(), historyLimit });
  registry.addStatusHandler("Queue", handler);
  return registry;
}

test("counts each change to a state, and no result that changes nothing", async () => {
  const handler = createFakeHandler();
  const registry = registryWith(handler);
  for (const state of ["OK", "RED", "RED", "YELLOW", "RED", "OK", "OK"] as const) {
    handler.report(state);
    await registry.getReport();
  }
  expect(registry.changeCounts("Queue")).toEqual({ OK: 1, YELLOW: 1, RED: 2 });
});

test("counts a first result where it is not OK, as it is told there", async () => {
  const handler = createFakeHandler();
  handler.report("YELLOW");
  const registry = registryWith(handler);
  await registry.getReport();
  expect(registry.changeCounts("Queue")).toEqual({ OK: 0, YELLOW: 1, RED: 0 });
});

test("counts on where the history forgets", async () => {
  const handler = createFakeHandler();
  const registry = registryWith(handler, 0);
  for (const state of ["RED", "OK", "RED"] as const) {
    handler.report(state);
    await registry.getReport();
  }
  expect(registry.history("Queue")).toEqual([]);
  expect(registry.changeCounts("Queue")).toEqual({ OK: 1, YELLOW: 0, RED: 2 });
});

test("counts on when the handler is replaced, and from 0 when it was removed", async () => {
  const handler = createFakeHandler();
  handler.report("RED");
  const registry = registryWith(handler);
  await registry.getReport();
  registry.addStatusHandler("Queue", () => ({ state: "OK" }));
  await registry.getReport();
  expect(registry.changeCounts("Queue")).toEqual({ OK: 1, YELLOW: 0, RED: 1 });

  registry.removeStatusHandler("Queue");
  registry.addStatusHandler("Queue", () => ({ state: "OK" }));
  expect(registry.changeCounts("Queue")).toEqual({ OK: 0, YELLOW: 0, RED: 0 });
});

test("is zero for a name that nobody knows, and gives nothing that could be written to", () => {
  const registry = registryWith(createFakeHandler());
  const counts = registry.changeCounts("nobody") as { OK: number };
  counts.OK = 7;
  expect(registry.changeCounts("nobody")).toEqual({ OK: 0, YELLOW: 0, RED: 0 });
});
