import { describe, expect, test } from "vitest";
import { expectFunction, expectMethods, failExpectation } from "../../src/options/expect.ts";
import { expectShape } from "../../src/options/read-options.ts";
import { choice, FLAG, TEXT } from "../../src/options/rules.ts";
import type { NumberShape, Shape } from "../../src/options/shape.ts";
import { MAX_TIMER_MS } from "../../src/util/clock.ts";
import { describeValue, isClass } from "../../src/util/describe-value.ts";

type Range = Omit<NumberShape, "kind">;

const ANYTHING: Shape = { kind: "code", expected: "anything", isRight: () => true };
const expectObject = (option: string, value: unknown) =>
  expectShape({ kind: "map", values: ANYTHING }, value, option);
const expectText = (option: string, value: unknown) => expectShape(TEXT, value, option);
const expectBoolean = (option: string, value: unknown) => expectShape(FLAG, value, option);
const expectOneOf = (option: string, value: unknown, allowed: readonly string[]) =>
  expectShape(choice(...allowed), value, option);
const expectNumber = (option: string, value: unknown, range: Range) =>
  expectShape({ kind: "number", max: MAX_TIMER_MS, ...range }, value, option);
const expectKnownKeys = (option: string, value: object, known: readonly string[]) =>
  expectShape(
    { kind: "object", properties: Object.fromEntries(known.map((key) => [key, ANYTHING])) },
    value,
    option,
  );

class Worker {
  status(): void {}
}

const unreadable: object = new Proxy(
  {},
  {
    get: () => {
      throw new Error("unreadable");
    },
    getPrototypeOf: () => {
      throw new Error("unreadable");
    },
  },
);

describe("describeValue", () => {
  test.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [-5, "-5"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [12n, "12n"],
    ["5000", '"5000"'],
    ["", '""'],
    ['say "hi"\n', '"say \\"hi\\"\\n"'],
    [Symbol("mark"), "Symbol(mark)"],
    [() => 1, "a function"],
    [Worker, "the class Worker"],
    [class {}, "a class"],
    [new Worker(), "an object"],
    [{ password: "hunter2" }, "an object"],
    [Object.create(null), "an object"],
    [["hunter2"], "an array"],
    [Promise.resolve("hunter2"), "a promise"],
  ])("says %o in a few words, and nothing of what it holds", (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  test("cuts a long string after 60 characters", () => {
    expect(describeValue("a".repeat(60))).toBe(`"${"a".repeat(60)}"`);
    expect(describeValue("a".repeat(61))).toBe(`"${"a".repeat(60)}…"`);
  });

  test("cuts a long number of any kind", () => {
    expect(describeValue(10n ** 100n)).toBe(`1${"0".repeat(59)}…n`);
  });

  test("has a word for objects that throw when they are looked at", () => {
    expect(describeValue(unreadable)).toBe("an object that cannot be read");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(describeValue(proxy)).toBe("an object that cannot be read");
  });

  test("has a word for classes whose name is something else", () => {
    const throwing = Object.defineProperty(class {}, "name", {
      get: () => {
        throw new Error("no name");
      },
    });
    const numbered = Object.defineProperty(class {}, "name", { value: 42 });
    expect(describeValue(throwing)).toBe("a class");
    expect(describeValue(numbered)).toBe("a class");
  });
});

describe("an expectation that is not met", () => {
  test.each<[string, () => void, string]>([
    ["a text of its own", () => failExpectation("body", "tea", 42), "body: expected tea, got 42"],
    ["an object", () => expectObject("options", null), "options: expected an object, got null"],
    ["no array", () => expectObject("options", []), "options: expected an object, got an array"],
    ["a string", () => expectText("path", 42), "path: expected a string, got 42"],
    ["a boolean", () => expectBoolean("critical", 1), "critical: expected true or false, got 1"],
    [
      "no text, whatever its methods",
      () => expectMethods("list", "a text", ["at"]),
      'list: expected an object with at(), got "a text"',
    ],
    ["a function", () => expectFunction("listener", {}), "listener: expected a function, got an object"],
    ["no class", () => expectFunction("run", Worker), "run: expected a function, got the class Worker"],
    [
      "one of several",
      () => expectOneOf("scope", "global", ["shared", "local"]),
      'scope: expected "shared" or "local", got "global"',
    ],
    [
      "an object with methods",
      () => expectMethods("logger", { info() {} }, ["info", "warn"]),
      "logger: expected an object with info(), warn(), got an object",
    ],
    [
      "methods of something",
      () => expectMethods("logger", null, ["info"]),
      "logger: expected an object with info(), got null",
    ],
    [
      "a number in a range",
      () => expectNumber("ratio", 2, { min: 0, max: 1 }),
      "ratio: expected a number from 0 to 1, got 2",
    ],
    [
      "an integer",
      () => expectNumber("failAfter", 1.5, { min: 1, max: 9, integer: true }),
      "failAfter: expected an integer from 1 to 9, got 1.5",
    ],
    [
      "known keys",
      () => expectKnownKeys("options", { timeout: 1 }, ["timeoutMs", "critical"]),
      'options: unknown option "timeout", expected one of timeoutMs, critical',
    ],
  ])("is a TypeError that names the option, the expectation and the value: %s", (_, fail, message) => {
    expect(fail).toThrow(new TypeError(message));
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, "5", 5n, null, undefined, 2_147_483_648])(
    "refuses %s as milliseconds",
    (value) => {
      expect(() => expectNumber("timeoutMs", value, { min: 0 })).toThrow(TypeError);
    },
  );
});

describe("an expectation that is met", () => {
  test.each<[string, () => void]>([
    ["a number at either end of its range", () => expectNumber("ms", 0, { min: 0 })],
    ["the longest delay of timers", () => expectNumber("ms", 2_147_483_647, { min: 0 })],
    ["a fraction", () => expectNumber("ms", 0.5, { min: 0 })],
    ["an integer", () => expectNumber("count", 3, { min: 1, integer: true })],
    ["known keys", () => expectKnownKeys("options", { a: 1 }, ["a", "b"])],
    ["an object without a prototype", () => expectObject("options", Object.create(null))],
    [
      "methods of a function",
      () =>
        expectMethods(
          "clock",
          Object.assign(() => 1, { now: () => 2 }),
          ["now"],
        ),
    ],
    ["inherited methods", () => expectMethods("worker", new Worker(), ["status"])],
    ["an async function", () => expectFunction("run", async () => 1)],
    ["a text", () => expectText("path", "/health")],
    ["an empty text", () => expectText("path", "")],
  ])("says nothing: %s", (_, meet) => {
    expect(meet).not.toThrow();
  });
});

test("a class is told from a function", () => {
  expect([Worker, class {}, class extends Worker {}, Map].map(isClass)).toEqual([
    true,
    true,
    true,
    false, // written in native code: nothing tells it from a function
  ]);
  const speaksOfOne = () => "class Worker";
  const none = [() => 1, async () => 1, function named() {}, speaksOfOne, {}, new Worker(), "class"];
  expect(none.some(isClass)).toBe(false);
});
