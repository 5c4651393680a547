import { describe, expect, test } from "vitest";
import { check } from "../../src/core/check.ts";
import type { HandlerContext } from "../../src/core/handler.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
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
    ["a Response that is ok", new Response("fine")],
    ["{ ok: true, success: true }", { ok: true, success: true }],
    ["{ ok: 0 }, which is a number of something", { ok: 0, success: 0 }],
    ["{ ok: undefined }", { ok: undefined, success: null }],
    ["an HTTP status alone", { status: 503 }],
    ["rows that say no", [{ ok: false }]],
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

  test.each<[string, unknown, string]>([
    ["a Response of a 503", new Response("password=secret", { status: 503 }), "HTTP status 503"],
    ["a Response of a redirect", Response.redirect("http://users.invalid/", 302), "HTTP status 302"],
    ["the Response of a network error", Response.error(), "ok: false"],
    ["what looks like a Response", { ok: false, status: 404, body: "secret" }, "HTTP status 404"],
    ["{ ok: false } with a status that is none of a failure", { ok: false, status: 200 }, "ok: false"],
    ["{ ok: false } with a status of another kind", { ok: false, status: "down" }, "ok: false"],
    ["{ ok: false } with a number that is no HTTP status", { ok: false, status: 2.5 }, "ok: false"],
    ["{ ok: false }", { ok: false, error: "secret" }, "ok: false"],
    ["{ success: false }", { success: false, message: "secret" }, "success: false"],
    ["a class instance that inherits its no", Object.create({ success: false }), "success: false"],
  ])("is RED when it returns or resolves %s, and says nothing else of it", async (_, value, shown) => {
    const red = { reason: "threw", status: { state: RED, detail: `the check returned ${shown}` } };
    expect(await entryOf(() => value)).toMatchObject(red);
    expect(await entryOf(async () => value)).toMatchObject(red);
  });

  test("is RED when what it returns cannot be read", async () => {
    const unreadable = {
      get ok(): boolean {
        throw new Error("detached");
      },
    };
    expect((await entryOf(() => unreadable)).status).toEqual({ state: RED, detail: "detached" });
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
