import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StatusHandler } from "../../../src/core/handler.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import type { Entry } from "../../../src/core/report.ts";
import { OK, RED, YELLOW } from "../../../src/core/state.ts";
import type { Reason } from "../../../src/core/status.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";

let clock: FakeClock;
let registry: StatusRegistry;
let unhandled: unknown[];
const keepUnhandled = (error: unknown): void => void unhandled.push(error);

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
  unhandled = [];
  process.on("unhandledRejection", keepUnhandled);
  process.on("uncaughtException", keepUnhandled);
});

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve)); // rejections are found unhandled a turn later
  process.off("unhandledRejection", keepUnhandled);
  process.off("uncaughtException", keepUnhandled);
  expect(unhandled).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

/** Asks the handler beside two that work, and returns its entry; the two have to be there. */
async function entryOf(handler: unknown): Promise<Entry> {
  registry.addStatusHandler("Before", () => ({ state: OK }));
  registry.addStatusHandler("Handler", handler as StatusHandler);
  registry.addStatusHandler("After", async () => ({ state: YELLOW }));
  const asked = registry.getReport();
  await clock.advance(5_000);
  const { entries } = await asked;
  expect(entries.map(({ name }) => name)).toEqual(["Before", "Handler", "After"]);
  expect([entries[0]!.status, entries[2]!.status]).toEqual([{ state: OK }, { state: YELLOW }]);
  return entries[1]!;
}

async function expectRed(handler: unknown, reason: Reason, detail: string): Promise<void> {
  const entry = await entryOf(handler);
  expect(entry).toMatchObject({ reason, status: { state: RED, detail } });
}

function fail(message: string): never {
  throw new Error(message);
}

/** An object that throws on everything that can be done with it. */
function createHostileProxy(): object {
  const traps = ["get", "has", "set", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"];
  return new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, () => fail(`no ${trap}`)])));
}

const then = "then";

const circular: Record<string, unknown> = { state: OK };
circular["self"] = circular;

describe("a handler that throws or rejects", () => {
  const unreadable = Object.defineProperty(new Error("unread"), "message", { get: () => fail("no message") });

  test.each<[string, unknown, string]>([
    ["undefined", undefined, "threw undefined"],
    ["null", null, "threw null"],
    ["a string", "disk full", "disk full"],
    ["a number", 42, "threw 42"],
    ["false", false, "threw false"],
    ["an error", new Error("connect ECONNREFUSED"), "connect ECONNREFUSED"],
    ["an error with a secret", new Error("postgres://app:hunter2@db failed"), "postgres://***@db failed"],
    ["an error with an unreadable message", unreadable, "an unreadable error"],
    ["an error whose message is no text", Object.assign(new Error("x"), { message: 42 }), "42"],
    ["a status", { state: OK }, "threw an object"],
    ["an object that throws on everything", createHostileProxy(), "an unreadable error"],
  ])("%s is RED with a detail that says so", async (_, thrown, detail) => {
    const throwing = () => {
      throw thrown;
    };
    await expectRed(throwing, "threw", detail);
    await expectRed(() => Promise.reject(thrown), "threw", detail);
    await expectRed(async () => throwing(), "threw", detail);
    await expectRed({ status: throwing }, "threw", detail);
    await expectRed({ status: () => Promise.reject(thrown) }, "threw", detail);
  });

  test("because it calls itself without end is RED", async () => {
    const recurse = (): never => recurse();
    await expectRed(recurse, "threw", "Maximum call stack size exceeded");
  });

  test("because its status() is gone is RED", async () => {
    const provider: { status?: unknown } = { status: () => ({ state: OK }) };
    expect((await entryOf(provider)).status).toEqual({ state: OK });
    delete provider.status;
    const { entries } = await registry.getReport({ names: ["Handler"] });
    expect(entries[0]).toMatchObject({ reason: "threw", status: { state: RED } });
    expect(entries[0]!.status.detail).toContain("is not a function");
  });
});

describe("a handler that never settles", () => {
  const silent: object = { [then]: () => {} };

  test.each<[string, () => unknown]>([
    ["with a promise", () => new Promise(() => {})],
    ["with a thenable that never calls back", () => silent],
    ["because it awaits such a thenable", async () => silent],
  ])("is RED at its deadline: %s", async (_, handler) => {
    await expectRed(handler, "timeout", "timed out after 5000 ms");
  });
});

describe("a handler that returns no status", () => {
  class Pool {}

  test.each<[string, unknown, string]>([
    ["null", null, "returned null instead of a status"],
    ["undefined", undefined, "returned undefined instead of a status"],
    ["false", false, "returned false instead of a status"],
    ["true", true, "returned true instead of a status"],
    ["a string", "banana", 'returned "banana" instead of a status'],
    ["the text of a state", "OK", 'returned "OK" instead of a status'],
    ["an empty string", "", 'returned "" instead of a status'],
    ["a number", 42, "returned 42 instead of a status"],
    ["0", 0, "returned 0 instead of a status"],
    ["NaN", Number.NaN, "returned NaN instead of a status"],
    ["a BigInt", 0n, "returned 0n instead of a status"],
    ["a symbol", Symbol("OK"), "returned Symbol(OK) instead of a status"],
    ["a function", () => ({ state: OK }), "returned a function instead of a status"],
    ["a class", Pool, "returned the class Pool instead of a status"],
    ["an array", [{ state: OK }], "returned an array instead of a status"],
    ["an empty array", [], "returned an array instead of a status"],
    ["an empty object", {}, "returned the unknown state undefined"],
    ["an object with other properties", { status: OK }, "returned the unknown state undefined"],
    ["a Map", new Map([["state", OK]]), "returned the unknown state undefined"],
    ["an error", new Error("not thrown"), "returned the unknown state undefined"],
    ["a state that does not exist", { state: "PURPLE" }, 'returned the unknown state "PURPLE"'],
    ["a state in lower case", { state: "ok" }, 'returned the unknown state "ok"'],
    ["the state GREEN as a text", { state: "GREEN" }, 'returned the unknown state "GREEN"'],
    ["the number of a state", { state: 0 }, "returned the unknown state 0"],
    ["the state null", { state: null }, "returned the unknown state null"],
    ["a state in an object", { state: new String("OK") }, "returned the unknown state an object"],
    ["a state in an array", { state: ["OK"] }, "returned the unknown state an array"],
    [
      "a state of 100 characters",
      { state: "x".repeat(100) },
      `returned the unknown state "${"x".repeat(60)}…"`,
    ],
    ["a state with a secret", { state: "token=abc" }, 'returned the unknown state "token=***'],
  ])("but %s is RED with a detail that says so", async (_, value, detail) => {
    await expectRed(() => value, "invalid", detail);
    await expectRed(async () => value, "invalid", detail);
    await expectRed({ status: () => value }, "invalid", detail);
  });
});

describe("a handler that returns what JSON cannot write", () => {
  const cannot = "returned a status that cannot be written: ";

  test.each<[string, () => object, string]>([
    ["a BigInt", () => ({ state: OK, size: 1n }), "Do not know how to serialize a BigInt"],
    ["a BigInt in its labels", () => ({ state: OK, labels: { size: 1n } }), "Do not know how to serialize a"],
    ["a circle", () => circular, "Converting circular structure to JSON"],
    [
      "a getter that throws",
      () => ({
        state: OK,
        get size() {
          return fail("no size");
        },
      }),
      "no size",
    ],
    [
      "a state that throws",
      () => ({
        get state() {
          return fail("no state");
        },
      }),
      "no state",
    ],
    [
      "a nested getter that throws",
      () => ({
        state: OK,
        disk: {
          get size() {
            return fail("no size");
          },
        },
      }),
      "no size",
    ],
    [
      "a label that throws",
      () => ({
        state: OK,
        labels: {
          get size() {
            return fail("no size");
          },
        },
      }),
      "no size",
    ],
    [
      "a nested toJSON that throws",
      () => ({ state: OK, disk: { toJSON: () => fail("no JSON") } }),
      "no JSON",
    ],
    [
      "a nested object that throws on everything",
      () => ({ state: OK, disk: createHostileProxy() }),
      "no get",
    ],
    [
      "a getter that throws undefined",
      () => ({
        state: OK,
        get size() {
          throw undefined;
        },
      }),
      "threw undefined",
    ],
    [
      "an invalid date",
      () => ({ state: OK, disk: { toJSON: () => new Date(Number.NaN).toISOString() } }),
      "Invalid",
    ],
  ])("is RED with a detail that says so: %s", async (_, createStatus, detail) => {
    for (const handler of [createStatus, async () => createStatus()]) {
      const entry = await entryOf(handler);
      expect(entry).toMatchObject({ reason: "invalid", status: { state: RED } });
      expect(entry.status.detail).toContain(cannot + detail);
    }
  });

  test("because it throws on everything is RED", async () => {
    await expectRed(() => createHostileProxy(), "threw", "no get");
    await expectRed(async () => createHostileProxy(), "threw", "no get");
  });

  test("because it is a revoked proxy is RED", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const entry = await entryOf(() => proxy);
    expect(entry).toMatchObject({ reason: "threw", status: { state: RED } });
    expect(entry.status.detail).toContain("revoked");
  });
});

describe("a thenable", () => {
  test("that calls back at once counts like a promise", async () => {
    const thenable = {
      [then]: (resolve: (status: object) => void) => resolve({ state: OK, detail: "soon" }),
    };
    expect((await entryOf(() => thenable)).status).toEqual({ state: OK, detail: "soon" });
  });

  test("that is a function counts like a promise", async () => {
    const query = Object.assign(() => {}, {
      [then]: (resolve: (status: object) => void) => resolve({ state: OK }),
    });
    expect((await entryOf(() => query)).status).toEqual({ state: OK });
  });

  test("that calls back more than once counts the first time", async () => {
    const thenable = {
      [then]: (resolve: (status: object) => void, reject: (error: Error) => void) => {
        resolve({ state: YELLOW });
        resolve({ state: OK });
        reject(new Error("too late"));
        fail("too late as well");
      },
    };
    expect((await entryOf(() => thenable)).status).toEqual({ state: YELLOW });
  });

  test.each<[string, () => unknown, string]>([
    [
      "that rejects",
      () => ({ [then]: (_: unknown, reject: (error: unknown) => void) => reject("refused") }),
      "refused",
    ],
    ["that throws", () => ({ [then]: () => fail("no then") }), "no then"],
    [
      "whose then cannot be read",
      () => Object.defineProperty({}, then, { get: () => fail("no then") }),
      "no then",
    ],
  ])("%s is RED", async (_, handler, detail) => {
    await expectRed(handler, "threw", detail);
    await expectRed(async () => handler(), "threw", detail);
  });

  test("whose then is no function is a status like any other", async () => {
    expect((await entryOf(() => ({ state: OK, [then]: "restart" }))).status).toEqual({
      state: OK,
      [then]: "restart",
    });
  });
});

describe("toJSON", () => {
  test("of the status itself has no say: the state that counts is the one that is shown", async () => {
    const { status, reason } = await entryOf(() => ({ state: RED, toJSON: () => ({ state: OK }) }));
    expect(reason).toBe("reported");
    expect(JSON.stringify(status)).toBe('{"state":"RED"}');
  });

  test("of the status itself is not even called", async () => {
    const { status } = await entryOf(() => ({ state: OK, detail: "fine", toJSON: () => fail("no JSON") }));
    expect(status).toEqual({ state: OK, detail: "fine" });
  });

  test("of a class has no say either", async () => {
    class Claim {
      state = RED;
      toJSON() {
        return { state: OK };
      }
    }
    expect(JSON.stringify((await entryOf(() => new Claim())).status)).toBe('{"state":"RED"}');
  });

  test("that is data is a property like any other", async () => {
    expect((await entryOf(() => ({ state: OK, toJSON: "data" }))).status).toEqual({
      state: OK,
      toJSON: "data",
    });
  });

  test("of what the status holds is respected", async () => {
    const { status } = await entryOf(() => ({ state: OK, startedAt: new Date(0) }));
    expect(JSON.stringify(status)).toBe('{"state":"OK","startedAt":"1970-01-01T00:00:00.000Z"}');
  });
});

describe("a status", () => {
  test("may be an instance of a class: its own properties count", async () => {
    class DiskStatus {
      state = YELLOW;
      detail = "almost full";
      describe() {
        return this.detail;
      }
    }
    expect((await entryOf(() => new DiskStatus())).status).toEqual({ state: YELLOW, detail: "almost full" });
  });

  test("may get its state from its class", async () => {
    class DiskStatus {
      detail = "full";
      get state() {
        return RED;
      }
    }
    expect(await entryOf(() => new DiskStatus())).toMatchObject({
      reason: "reported",
      status: { state: RED, detail: "full" },
    });
  });

  test("may have no prototype, and any key", async () => {
    const status = Object.assign(Object.create(null), { state: OK, constructor: 1, hasOwnProperty: 2 });
    Object.defineProperty(status, "__proto__", { value: 3, enumerable: true });
    expect(JSON.stringify((await entryOf(() => status)).status)).toBe(
      '{"state":"OK","constructor":1,"hasOwnProperty":2,"__proto__":3}',
    );
  });

  test("may be frozen", async () => {
    const status = Object.freeze({ state: OK, labels: Object.freeze({ errors: 0 }) });
    expect((await entryOf(() => status)).status).toEqual({ state: OK, labels: { errors: 0 } });
  });

  test("is asked for its state once, so that it cannot say one thing and count as another", async () => {
    const states: unknown[] = [OK, RED, "PURPLE"];
    const status = {
      get state() {
        return states.shift();
      },
    };
    const entry = await entryOf(() => status);
    expect(entry.status.state).toBe(OK);
    expect(entry).not.toHaveProperty("reason");
    expect(JSON.stringify(entry.status)).toBe('{"state":"OK"}');
  });
});

test("every dead handler is shown, not only the first", async () => {
  registry.addStatusHandler("Throws", () => fail("no connection"));
  registry.addStatusHandler("Works", () => ({ state: OK }));
  registry.addStatusHandler("Hangs", () => new Promise(() => {}));
  registry.addStatusHandler("Lies", () => "banana" as never);
  registry.addStatusHandler("Says so", () => ({ state: RED, detail: "stopped" }));
  const asked = registry.getReport();
  await clock.advance(5_000);
  const { state, entries } = await asked;
  expect(state).toBe(RED);
  expect(entries.map(({ name, status, reason }) => [name, status.state, reason])).toEqual([
    ["Throws", RED, "threw"],
    ["Works", OK, undefined],
    ["Hangs", RED, "timeout"],
    ["Lies", RED, "invalid"],
    ["Says so", RED, "reported"],
  ]);
});
