import { beforeEach, describe, expect, test } from "vitest";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { OK, YELLOW } from "../../src/core/state.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";

let clock: FakeClock;
let registry: StatusRegistry;

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
});

/** How many calls two reports cost that are `pauseMs` apart. */
async function countCalls(options: HandlerOptions, pauseMs: number): Promise<number> {
  let calls = 0;
  const name = `Counter${registry.names.length}`;
  registry.addStatusHandler(
    name,
    () => {
      calls += 1;
      return { state: OK };
    },
    options,
  );
  await registry.getReport({ names: [name] });
  await clock.advance(pauseMs);
  await registry.getReport({ names: [name] });
  return calls;
}

async function timeoutOf(options: HandlerOptions | undefined): Promise<number> {
  registry.addStatusHandler("Hanging", () => new Promise(() => {}), options);
  const asked = registry.getReport({ names: ["Hanging"] });
  await clock.advance(1_000_000);
  return (await asked).entries[0]!.durationMs;
}

describe("an option that cannot be right", () => {
  test.each<[unknown, string]>([
    [{ timeoutMs: -5 }, "timeoutMs: expected a number from 1 to 2147483647, got -5"],
    [{ timeoutMs: 0 }, "timeoutMs: expected a number from 1 to 2147483647, got 0"],
    [{ timeoutMs: Number.NaN }, "timeoutMs: expected a number from 1 to 2147483647, got NaN"],
    [
      { timeoutMs: Number.POSITIVE_INFINITY },
      "timeoutMs: expected a number from 1 to 2147483647, got Infinity",
    ],
    [{ timeoutMs: 2_147_483_648 }, "timeoutMs: expected a number from 1 to 2147483647, got 2147483648"],
    [{ timeoutMs: "5000" }, 'timeoutMs: expected a number from 1 to 2147483647, got "5000"'],
    [{ timeoutMs: 5_000n }, "timeoutMs: expected a number from 1 to 2147483647, got 5000n"],
    [{ timeoutMs: null }, "timeoutMs: expected a number from 1 to 2147483647, got null"],
    [{ maxAgeMs: -1 }, "maxAgeMs: expected a number from 0 to 2147483647, got -1"],
    [{ maxAgeMs: Number.NaN }, "maxAgeMs: expected a number from 0 to 2147483647, got NaN"],
    [{ maxAgeMs: 2_147_483_648 }, "maxAgeMs: expected a number from 0 to 2147483647, got 2147483648"],
    [{ maxAgeMs: "0" }, 'maxAgeMs: expected a number from 0 to 2147483647, got "0"'],
    [{ critical: "no" }, 'critical: expected true or false, got "no"'],
    [{ critical: 0 }, "critical: expected true or false, got 0"],
    [{ critical: null }, "critical: expected true or false, got null"],
    [{ scope: "global" }, 'scope: expected "shared" or "instance" or "local", got "global"'],
    [null, "options: expected an object, got null"],
    [5_000, "options: expected an object, got 5000"],
    [[], "options: expected an object, got an array"],
  ])("is a TypeError that names it, what was expected and what came: %o", async (options, message) => {
    registry.addStatusHandler("Database", () => ({ state: YELLOW }));
    const add = () => registry.addStatusHandler("Database", () => ({ state: OK }), options as never);
    expect(add).toThrow(new TypeError(message));
    const addAnother = () => registry.addStatusHandler("Other", () => ({ state: OK }), options as never);
    expect(addAnother).toThrow(new TypeError(message));
    expect(registry.names).toEqual(["Database"]);
    expect(await registry.getStatus("Database")).toEqual({ state: YELLOW });
  });

  test.each(["timeout", "timeoutMS", "timeoutMs ", "maxAge", "isCritical", "__proto__", ""])(
    "is a TypeError that lists the known ones when it is unknown: %j",
    (key) => {
      const options = Object.defineProperty({}, key, { value: 1, enumerable: true });
      const add = () => registry.addStatusHandler("Database", () => ({ state: OK }), options);
      expect(add).toThrow(TypeError);
      expect(add).toThrow(`options: unknown option ${JSON.stringify(key)}, expected one of critical, `);
      expect(add).toThrow(/\btimeoutMs\b.*\bmaxAgeMs\b/);
      expect(registry.names).toEqual([]);
    },
  );
});

describe("an option at the edge", () => {
  test.each<HandlerOptions>([
    { timeoutMs: 1 },
    { timeoutMs: 0.5 + 0.5 },
    { timeoutMs: 2_147_483_647 },
    { maxAgeMs: 0 },
    { maxAgeMs: 2_147_483_647 },
    { critical: false, scope: "local" },
    { scope: "instance" },
    { failForMs: 0, recoverForMs: 2_147_483_647 },
    {},
  ])("is taken: %o", async (options) => {
    registry.addStatusHandler("Database", () => ({ state: OK }), options);
    expect(await registry.getReport()).toMatchObject({ state: OK, entries: [{ name: "Database" }] });
  });
});

describe("an option that is left out", () => {
  test("has its default", async () => {
    expect(await timeoutOf(undefined)).toBe(5_000);
    expect(await countCalls({}, 0)).toBe(2);
  });

  test("has its default when it is undefined", async () => {
    const none = { critical: undefined, scope: undefined, timeoutMs: undefined, maxAgeMs: undefined };
    expect(await timeoutOf(none as never)).toBe(5_000);
    expect(await countCalls(none as never, 0)).toBe(2);
    expect((await registry.getReport({ names: ["Counter1"] })).entries[0]).toMatchObject({
      critical: true,
      scope: "shared",
    });
  });
});

describe("the caller's options", () => {
  test("may be frozen", async () => {
    expect(await timeoutOf(Object.freeze({ timeoutMs: 100 }))).toBe(100);
  });

  test("are not changed", async () => {
    const options = { timeoutMs: 100 };
    await timeoutOf(options);
    expect(options).toEqual({ timeoutMs: 100 });
  });

  test("have no effect when they are changed later", async () => {
    const options = { maxAgeMs: 1_000, critical: true };
    registry.addStatusHandler(
      "Database",
      () => ({ state: OK, detail: String(clock.monotonicNow()) }),
      options,
    );
    options.maxAgeMs = 0;
    options.critical = false;
    await registry.getReport();
    await clock.advance(1_000);
    const { entries } = await registry.getReport();
    expect(entries[0]).toMatchObject({ critical: true, status: { detail: "0" } });
  });
});
