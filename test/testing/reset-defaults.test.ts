import { expect, test, vi } from "vitest";
import { addStatusHandler, defaultRegistry } from "../../src/core/default-registry.ts";
import { defaultProbe } from "../../src/core/probe.ts";
import { resetDefaults } from "../../src/testing/index.ts";

test("resetDefaults removes the handlers and the logger, and commissions the probe", () => {
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  addStatusHandler("Database", () => ({ state: "OK" }), { intervalMs: 60_000 });
  addStatusHandler("Queue", () => ({ state: "OK" }));
  defaultRegistry.logger = logger;
  defaultProbe.decommission();
  resetDefaults();
  expect(defaultRegistry.names).toEqual([]);
  expect(defaultRegistry.logger).toBeUndefined();
  expect(defaultProbe.commissioned).toBe(true);
});

test("resetDefaults leaves listeners to those who added them", () => {
  const listener = vi.fn();
  const end = defaultProbe.on("change", listener);
  resetDefaults();
  defaultProbe.decommission();
  expect(listener).toHaveBeenCalledOnce();
  end();
  resetDefaults();
  expect(listener).toHaveBeenCalledOnce();
});
