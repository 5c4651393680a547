import { describe, expect, test } from "vitest";
import { check } from "../../src/core/check.ts";
import type { HandlerContext } from "../../src/core/handler.ts";
import { createStatusRegistry } from "../../src/core/registry.ts";
import type { Entry } from "../../src/core/report.ts";
import { OK, RED } from "../../src/core/state.ts";

async function entryOf(run: (context: HandlerContext) => unknown): Promise<Entry> {
  const registry = createStatusRegistry();
  registry.addStatusHandler("Checked", check(run));
  return (await registry.getReport()).entries[0]!;
}

describe("a check", () => {
  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["0", 0],
    ["an empty string", ""],
    ["NaN", Number.NaN],
    ["true", true],
    ["rows", { rows: [] }],
    ["an array", []],
    ["what looks like a status", { state: "RED", detail: "not a status here" }],
    ["false in an object", new Boolean(false)],
  ])("is OK when it returns or resolves %s", async (_, value) => {
    expect((await entryOf(() => value)).status).toEqual({ state: OK });
    expect((await entryOf(async () => value)).status).toEqual({ state: OK });
  });

  test("is RED when it throws", async () => {
    const entry = await entryOf(() => {
      throw new Error("connect ECONNREFUSED");
    });
    expect(entry).toMatchObject({ reason: "threw", status: { state: RED, detail: "connect ECONNREFUSED" } });
  });

  test.each([
    [new Error("timeout"), "timeout"],
    ["a string", "a string"],
    [undefined, "threw undefined"],
    [null, "threw null"],
  ])("is RED when it rejects with %s", async (error, detail) => {
    const entry = await entryOf(() => Promise.reject(error));
    expect(entry).toMatchObject({ reason: "threw", status: { state: RED, detail } });
  });

  test("is RED when it returns or resolves false", async () => {
    const red = { reason: "threw", status: { state: RED, detail: "the check returned false" } };
    expect(await entryOf(() => false)).toMatchObject(red);
    expect(await entryOf(async () => false)).toMatchObject(red);
  });

  test("waits for any thenable", async () => {
    const then = "then";
    const query = {
      [then]: (_: unknown, reject: (error: Error) => void) => reject(new Error("no such table")),
    };
    expect((await entryOf(() => query)).status).toEqual({ state: RED, detail: "no such table" });
  });

  test("is told its name and a signal", async () => {
    let told: HandlerContext | undefined;
    await entryOf((context) => {
      told = context;
    });
    expect(told?.name).toBe("Checked");
    expect(told?.signal).toBeInstanceOf(AbortSignal);
  });

  test.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    [Promise.resolve(), "a promise"],
    ["SELECT 1", '"SELECT 1"'],
    [{ query() {} }, "an object"],
    [class Pool {}, "the class Pool"],
  ])("of anything but a function is a TypeError at once: %o", (run, got) => {
    expect(() => check(run as never)).toThrow(new TypeError(`check(run): expected a function, got ${got}`));
  });
});
