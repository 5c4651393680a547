import { expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { type Collect, createCollector, MAX_COLLECT_MS } from "../../src/metrics/collect.ts";
import type { FamiliesSource } from "../../src/metrics/families.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler, type FakeHandler } from "../../src/testing/fake-handler.ts";

interface Scene {
  readonly clock: FakeClock;
  readonly handler: FakeHandler;
  readonly registry: StatusRegistry;
  readonly collect: Collect;
}

/** A handler under the test's control, with a deadline beyond the collector's, beside one that answers at once. */
function createScene(): Scene {
  const clock = createFakeClock();
  const handler = createFakeHandler({ clock });
  const registry = createStatusRegistry({ clock });
  registry.addStatusHandler("Slow", handler, { timeoutMs: 60_000 });
  registry.addStatusHandler("Quick", () => ({ state: "OK" }));
  return { clock, handler, registry, collect: createCollector({ registry, probe: createProbe(), clock }) };
}

function statesOf({ entries }: FamiliesSource): Record<string, string> {
  return Object.fromEntries(entries.map(({ name, status }) => [name, status.state]));
}

test("waits no longer than its limit, and leaves out the handler that nobody knows anything of", async () => {
  const { clock, handler, collect } = createScene();
  handler.hang();
  const [source] = await Promise.all([collect(), clock.advance(MAX_COLLECT_MS)]);
  expect(statesOf(source)).toEqual({ Quick: "OK" });
});

test("shows a handler that is late with what it said before, and with that moment", async () => {
  const { clock, handler, collect } = createScene();
  await collect();
  const before = clock.now();
  handler.hang();
  await clock.advance(15_000);
  const [source] = await Promise.all([collect(), clock.advance(MAX_COLLECT_MS)]);
  expect(statesOf(source)).toEqual({ Slow: "OK", Quick: "OK" });
  expect(source.entries.find(({ name }) => name === "Slow")?.checkedAt.getTime()).toBe(before);
  expect(source.entries.find(({ name }) => name === "Quick")?.checkedAt.getTime()).toBe(before + 15_000);
});

test("shows what a handler said too late with the next collection", async () => {
  const { clock, handler, collect } = createScene();
  handler.report("RED");
  handler.answerAfter(MAX_COLLECT_MS + 1_000);
  await Promise.all([collect(), clock.advance(MAX_COLLECT_MS)]);
  await clock.advance(1_000);
  handler.hang();
  const [source] = await Promise.all([collect(), clock.advance(MAX_COLLECT_MS)]);
  expect(statesOf(source)).toEqual({ Slow: "RED", Quick: "OK" });
});

test("asks each handler once for collections that overlap", async () => {
  const { handler, collect } = createScene();
  handler.hang();
  const collections = [collect(), collect()];
  handler.release();
  const [one, other] = await Promise.all(collections);
  expect(handler.calls).toBe(1);
  expect(other).toBe(one);
});

test("forgets a handler that was removed, also in the middle of a collection", async () => {
  const { clock, handler, registry, collect } = createScene();
  await collect();
  handler.hang();
  const collecting = collect();
  registry.removeStatusHandler("Slow");
  expect(statesOf(await collecting)).toEqual({ Quick: "OK" });
  registry.addStatusHandler("Slow", handler);
  const [source] = await Promise.all([collect(), clock.advance(MAX_COLLECT_MS)]);
  expect(statesOf(source)).toEqual({ Quick: "OK" });
});

test("leaves no timer behind", async () => {
  const { clock, collect } = createScene();
  await collect();
  expect(clock.pendingTimers).toBe(0);
});
