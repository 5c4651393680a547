import { afterEach, describe, expect, test } from "vitest";
import {
  addStatusHandler,
  defaultRegistry,
  getReport,
  getStatus,
  isInState,
  removeStatusHandler,
  waitForStatus,
} from "../../src/core/default-registry.ts";
import { UnknownHandlerError } from "../../src/core/errors.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { OK, RED, YELLOW } from "../../src/core/state.ts";

afterEach(() => {
  for (const name of defaultRegistry.names) removeStatusHandler(name);
});

describe("the free functions", () => {
  test("all work on the default registry", async () => {
    addStatusHandler("Database", () => ({ state: YELLOW }), { critical: false });
    expect(defaultRegistry.names).toEqual(["Database"]);
    expect(await getStatus("Database")).toEqual({ state: YELLOW });
    expect(await isInState("Database", YELLOW)).toBe(true);
    expect(await waitForStatus("Database", YELLOW, { timeoutMs: 1_000 })).toBe(true);
    expect(await getReport({ names: ["Database"] })).toMatchObject({
      state: YELLOW,
      entries: [{ name: "Database", critical: false }],
    });
    expect(removeStatusHandler("Database")).toBe(true);
    expect(removeStatusHandler("Database")).toBe(false);
    expect(await getReport()).toMatchObject({ state: OK, entries: [] });
  });

  test("reject for a name that is unknown", async () => {
    await expect(getStatus("Database")).rejects.toThrow(UnknownHandlerError);
    await expect(isInState("Database", OK)).rejects.toThrow(UnknownHandlerError);
    await expect(getReport({ names: ["Database"] })).rejects.toThrow(UnknownHandlerError);
    await expect(waitForStatus("Database", OK, { throwOnUnknown: true })).rejects.toThrow(
      UnknownHandlerError,
    );
  });

  test("share nothing with a registry that was created", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: RED }));
    addStatusHandler("Database", () => ({ state: OK }));
    expect(await getStatus("Database")).toEqual({ state: OK });
    expect(await registry.getStatus("Database")).toEqual({ state: RED });
  });
});
