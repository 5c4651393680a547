import { beforeEach, describe, expect, test } from "vitest";
import { UnknownHandlerError } from "../../src/core/errors.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { OK, RED, YELLOW } from "../../src/core/state.ts";

let registry: StatusRegistry;

beforeEach(() => {
  registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: YELLOW }));
});

/** Adds something, expects a TypeError with this text, and that the registry is as it was. */
async function expectRefusal(add: () => void, message: string | RegExp): Promise<void> {
  expect(add).toThrow(TypeError);
  expect(add).toThrow(message);
  expect(registry.names).toEqual(["Database"]);
  expect(await registry.getStatus("Database")).toEqual({ state: YELLOW });
}

describe("a name", () => {
  test.each([
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "prototype",
    "then",
    "1",
    "0",
    " ",
    'say "hi"',
    "back\\slash",
    "Datenbank für Überweisungen",
    "データベース",
    "🚦",
    "a".repeat(200),
    "🚦".repeat(100),
  ])("works like any other: %s", async (name) => {
    expect(registry.removeStatusHandler(name)).toBe(false);
    await expect(registry.getStatus(name)).rejects.toThrow(UnknownHandlerError);

    registry.addStatusHandler(name, ({ name: told }) => ({ state: RED, detail: told }));
    expect(registry.names).toEqual(["Database", name]);
    expect(await registry.getStatus(name)).toEqual({ state: RED, detail: name });
    expect(await registry.isInState(name, RED)).toBe(true);
    const { state, entries } = await registry.getReport({ names: [name] });
    expect(state).toBe(RED);
    expect(entries.map((entry) => entry.name)).toEqual([name]);

    expect(registry.removeStatusHandler(name)).toBe(true);
    expect(registry.names).toEqual(["Database"]);
  });

  test.each([
    ["empty", "", '""'],
    ["longer than 200 characters", "a".repeat(201), `"${"a".repeat(60)}…"`],
    ["with a line feed", "Data\nbase", '"Data\\nbase"'],
    ["with a tab", "Data\tbase", '"Data\\tbase"'],
    ["with NUL", "Data\u0000base", '"Data\\u0000base"'],
    ["with DEL", "Data\u007fbase", '"Data\u007fbase"'],
    ["with a C1 control", "Data\u0085base", '"Data\u0085base"'],
    ["with half an emoji", "Data\ud83dbase", '"Data\\ud83dbase"'],
    ["that is undefined", undefined, "undefined"],
    ["that is null", null, "null"],
    ["that is a number", 42, "42"],
    ["that is a String object", new String("Database"), "an object"],
    ["that is a symbol", Symbol("Database"), "Symbol(Database)"],
    ["that is an array", ["Database"], "an array"],
  ])("is refused %s", async (_, name, got) => {
    const add = () => registry.addStatusHandler(name as never, () => ({ state: OK }));
    const rule = "a non-empty string of at most 200 characters without control characters";
    await expectRefusal(add, `name: expected ${rule}, got ${got}`);
  });
});

describe("a handler", () => {
  class Worker {
    status() {
      return { state: OK };
    }
  }

  test("may be a function", async () => {
    registry.addStatusHandler("Worker", () => ({ state: OK }));
    expect(await registry.getStatus("Worker")).toEqual({ state: OK });
  });

  test("may be an object with a status() method, which is called on it", async () => {
    const counter = {
      calls: 0,
      status() {
        this.calls += 1;
        return { state: OK, detail: `call ${this.calls}` };
      },
    };
    registry.addStatusHandler("Counter", counter);
    await registry.getStatus("Counter");
    expect(await registry.getStatus("Counter")).toEqual({ state: OK, detail: "call 2" });
  });

  test("may be an instance of a class, and its status() may be asynchronous", async () => {
    class AsyncWorker {
      async status() {
        return { state: OK };
      }
    }
    registry.addStatusHandler("Worker", new AsyncWorker());
    expect(await registry.getStatus("Worker")).toEqual({ state: OK });
  });

  test("in either form is told its name and a signal", async () => {
    const told: unknown[] = [];
    registry.addStatusHandler("Function", ({ name, signal }) => {
      told.push(name, signal instanceof AbortSignal, signal.aborted);
      return { state: OK };
    });
    registry.addStatusHandler("Object", {
      status({ name, signal }) {
        told.push(name, signal instanceof AbortSignal, signal.aborted);
        return { state: OK };
      },
    });
    await registry.getReport();
    expect(told).toEqual(["Function", true, false, "Object", true, false]);
  });

  test.each<[string, unknown, string]>([
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a promise", Promise.resolve({ state: OK }), "a promise"],
    ["a class itself", Worker, "the class Worker"],
    ["an object without status()", { state: OK }, "an object"],
    ["an object whose status is no method", { status: OK }, "an object"],
    ["a string", "OK", '"OK"'],
    ["an array", [() => ({ state: OK })], "an array"],
  ])("is refused as %s", async (_, handler, got) => {
    await expectRefusal(
      () => registry.addStatusHandler("Worker", handler as never),
      `handler: expected a function or an object with a status() method, got ${got}`,
    );
  });

  test("that is refused does not replace the one of its name", async () => {
    await expectRefusal(() => registry.addStatusHandler("Database", null as never), /^handler: /);
  });
});
