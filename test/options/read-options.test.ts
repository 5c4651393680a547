import { describe, expect, test } from "vitest";
import { readOptions } from "../../src/options/read-options.ts";
import { DELAY_MS, FLAG, line, methods } from "../../src/options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../src/options/shape.ts";
import { toMistake } from "../../src/options/words.ts";

interface Options {
  readonly name: string;
  readonly pauseMs?: number;
  readonly isLoud?: boolean;
  readonly tags?: readonly string[];
  readonly limits?: Readonly<Record<string, number>>;
  readonly view?: false | { readonly path?: string };
  readonly token?: string;
  readonly logger?: object;
}

const SHAPES: OptionShapes<Options, WithDefaults<Options, "pauseMs" | "token" | "logger">> = {
  name: { ...line(9), required: true },
  pauseMs: DELAY_MS,
  isLoud: { ...FLAG, default: false },
  tags: { kind: "list", items: line(3), maxItems: 2, default: [] },
  limits: { kind: "map", values: DELAY_MS, default: {} },
  view: {
    kind: "either",
    shapes: [
      { kind: "choice", values: [false] },
      { kind: "object", properties: { path: { kind: "text", default: "/a" } } },
    ],
    default: {},
  },
  token: { kind: "text", pattern: /^t/u, isSecret: true },
  logger: methods("info"),
};

function fail(options: unknown): unknown {
  try {
    readOptions(SHAPES, options as Options);
  } catch (error) {
    return error;
  }
  return undefined;
}

test("a mistake at any depth has a stack that begins at the caller", () => {
  let stack: string | undefined;
  try {
    readOptions(SHAPES, { name: "a", view: { path: 3 as never } });
  } catch (error) {
    stack = (error as Error).stack;
  }
  const [, first, second] = (stack ?? "").split("\n    at ");
  expect(first).toMatch(/^readOptions /);
  expect(second).toMatch(/read-options\.test\.ts/);
});

describe("options that are right", () => {
  test("get the defaults of the others, also inside", () => {
    expect(readOptions(SHAPES, { name: "a" })).toEqual({
      name: "a",
      isLoud: false,
      tags: [],
      limits: {},
      view: { path: "/a" },
    });
    expect(
      readOptions(SHAPES, { name: "a", view: false, isLoud: undefined } as unknown as Options),
    ).toMatchObject({
      view: false,
      isLoud: false,
    });
  });

  test("are copied, so that later changes have no effect, and stay as they were", () => {
    const options = { name: "a", tags: ["b"], limits: { c: 1 }, view: { path: "/d" } };
    const before = structuredClone(options);
    const resolved = readOptions(SHAPES, Object.freeze(options));
    expect(options).toEqual(before);
    options.tags.push("e");
    options.limits.c = 2;
    options.view.path = "/f";
    expect(resolved).toMatchObject(before);
  });

  test("are read once, and may be inherited", () => {
    let reads = 0;
    class Given {
      get name(): string {
        reads += 1;
        return reads === 1 ? "a" : "\n";
      }
    }
    expect(readOptions(SHAPES, new Given()).name).toBe("a");
    expect(reads).toBe(1);
  });

  test("keep what they hold, if that has no parts", () => {
    const logger = { info() {} };
    expect(readOptions(SHAPES, { name: "a", logger }).logger).toBe(logger);
  });
});

describe("a mistake", () => {
  test.each<[unknown, string, string]>([
    [undefined, "", "expected an object, got undefined"],
    [{}, "name", "expected 1 to 9 characters, none of them a control character, got undefined"],
    [{ name: "a", nmae: 1 }, "", 'unknown option "nmae", expected one of name, pauseMs'],
    [{ name: "a", pauseMs: -1 }, "pauseMs", "expected a number from 0 to 2147483647, got -1"],
    [{ name: "a", isLoud: null }, "isLoud", "expected true or false, got null"],
    [{ name: "a", tags: {} }, "tags", "expected an array, got an object"],
    [{ name: "a", tags: ["b", "c", "d"] }, "tags", "expected an array, got an array"],
    [{ name: "a", tags: ["b", ""] }, "tags[1]", "expected 1 to 3 characters, none of them a control"],
    [
      { name: "a", limits: { "x y": "z" } },
      'limits["x y"]',
      'expected a number from 0 to 2147483647, got "z"',
    ],
    [{ name: "a", view: true }, "view", "expected false, got true"],
    [{ name: "a", view: { path: "" } }, "view.path", 'expected a non-empty string, got ""'],
    [{ name: "a", view: { pth: "" } }, "view", 'unknown option "pth", expected one of path'],
    [{ name: "a", logger: {} }, "logger", "expected an object with info(), got an object"],
  ])("is thrown, with its place as data: %j", (options, path, text) => {
    const error = fail(options);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`${path || "options"}: ${text}`);
    expect(toMistake(error)).toEqual({ path, text: expect.stringContaining(text) });
  });

  test("with a secret does not show it", () => {
    expect(String(fail({ name: "a", token: "s3cret" }))).not.toContain("s3cret");
  });

  test("of others has no place", () => {
    for (const error of [new TypeError("a: b"), undefined, null, "a: b"])
      expect(toMistake(error)).toBeUndefined();
  });
});
