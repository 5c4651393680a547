import { getEventListeners } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { onAbort } from "../../src/util/abort.ts";

const countListeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

test("a signal has one listener however many listen, and none when all have ended", () => {
  const controller = new AbortController();
  const { signal } = controller;
  const stops = Array.from({ length: 100 }, () => onAbort(signal, () => expect.unreachable("told")));
  expect(countListeners(signal)).toBe(1);
  for (const stop of stops) stop();
  for (const stop of stops) stop();
  expect(countListeners(signal)).toBe(0);
  controller.abort();
});

test("an aborted signal tells all who still listen, once, in their order, and keeps no listener", () => {
  const controller = new AbortController();
  const { signal } = controller;
  const told: string[] = [];
  const tell = (who: string) => () => void told.push(who);
  onAbort(signal, tell("one"));
  onAbort(signal, tell("gone"))();
  const same = tell("twice");
  onAbort(signal, same);
  const stop = onAbort(signal, same);
  onAbort(signal, () => {
    stop();
    tell("last")();
  });
  controller.abort();
  controller.abort();
  expect(told).toEqual(["one", "twice", "twice", "last"]);
  expect(countListeners(signal)).toBe(0);
});

test("who stops another one while all are told spares it", () => {
  const controller = new AbortController();
  let stopOther = (): void => {};
  onAbort(controller.signal, () => stopOther());
  stopOther = onAbort(controller.signal, () => expect.unreachable("told"));
  controller.abort();
  expect(countListeners(controller.signal)).toBe(0);
});

test("a signal that is missing or aborted already tells nobody", () => {
  const aborted = AbortSignal.abort();
  for (const signal of [undefined, aborted]) onAbort(signal, () => expect.unreachable("told"))();
  expect(countListeners(aborted)).toBe(0);
});

test("many waits and loops of many registries on one signal make no warning of a leak", async () => {
  const warned: unknown[] = [];
  const warn = vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warned.push(warning));
  onTestFinished(() => warn.mockRestore());
  const controller = new AbortController();
  const { signal } = controller;
  const waits = Array.from({ length: 100 }, async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    void registry.changes({ signal })[Symbol.asyncIterator]().next();
    return registry.waitForStatus("Database", "OK", { signal });
  });
  expect(countListeners(signal)).toBe(1);
  controller.abort("enough");
  for (const { reason } of (await Promise.allSettled(waits)) as PromiseRejectedResult[])
    expect(reason).toBe("enough");
  expect(countListeners(signal)).toBe(0);
  expect(warned).toEqual([]);
});
