import { expect, test } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { Status } from "../../src/core/status.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

/** JSON can write it, but no text can be made of it. */
const NO_TEXT: unknown = Object.create(null);

test.each([
  ["slowAfterMs", { slowAfterMs: 0 }],
  ["failAfter", { failAfter: 2 }],
  ["recoverAfter", { recoverAfter: 2 }],
  ["intervalMs", { intervalMs: 1_000, failAfter: 2 }],
])("a detail that is no text does no harm with %s", async (_, options) => {
  const clock = createFakeClock();
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const registry = createStatusRegistry({ clock, logger: { info: note, warn: note, error: note } });
  const states = ["OK", "RED", "OK", "RED", "RED"] as const;
  let calls = 0;
  registry.addStatusHandler(
    "Handler",
    () => ({ state: states[calls++ % states.length], detail: NO_TEXT }) as unknown as Status,
    options,
  );
  for (let round = 0; round < 10; round += 1) {
    const { entries } = await registry.getReport();
    expect(entries).toHaveLength(1);
    await clock.advance(1_100);
  }
  expect(lines.length).toBeGreaterThan(0);
  registry.close();
});

test("a handler that is removed and registered again by its own abort listener is known and stopped", async () => {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  registry.addStatusHandler("Handler", ({ signal }) => {
    signal.addEventListener("abort", () => registry.addStatusHandler("Handler", () => ({ state: "OK" })));
    return new Promise(() => {});
  });
  const asked = registry.getReport();
  registry.removeStatusHandler("Handler");
  expect(registry.names).toEqual(["Handler"]);
  expect((await asked).entries).toMatchObject([{ status: { state: "OK" } }]);
  registry.close();
  expect(clock.pendingTimers).toBe(0);
});
