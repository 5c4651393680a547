import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { type Ask, createAsk } from "../../src/testing/ask.ts";

let warn: MockInstance;

beforeEach(() => {
  warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});

afterEach(() => {
  warn.mockRestore();
});

function createEmpty(): Ask {
  return createAsk({ registry: createStatusRegistry(), probe: createProbe(), healthProbes: true });
}

test.each(["/svc_status", "/svc_status.json", "/readyz"])(
  "a registry without handlers is warned of once, when %s is asked first, and is OK",
  async (target) => {
    const ask = createEmpty();
    expect((await ask(target)).status).toBe(200);
    expect((await ask("/svc_status")).status).toBe(200);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      "the status was requested, but no handler is registered, so it is OK. " +
        "Call addStatusHandler() before the server listens.",
      { code: "SVC_STATUS_EMPTY" },
    );
  },
);

test("the page says that no handlers are registered", async () => {
  expect((await createEmpty()("/svc_status.html")).body).toContain("No handlers are registered.");
});

test("the probe alone needs no handlers", async () => {
  expect((await createEmpty()("/probe_status")).status).toBe(200);
  expect(warn).not.toHaveBeenCalled();
});

test("a registry with handlers is not warned of, though they are removed later", async () => {
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "OK" }));
  const ask = createAsk({ registry });
  await ask("/svc_status");
  registry.removeStatusHandler("Database");
  await ask("/svc_status");
  expect(warn).not.toHaveBeenCalled();
});
