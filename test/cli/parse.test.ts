import { describe, expect, test } from "vitest";
import { CliError } from "../../src/cli/cli-error.ts";
import {
  CONNECTION_OPTIONS,
  type CommandDefinition,
  GENERAL_OPTIONS,
  toAllOptions,
} from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { parseArguments } from "../../src/cli/parse.ts";
import { toWords } from "../support/words.ts";

const DEFINITION: CommandDefinition = {
  summary: "Try",
  description: [],
  operands: [
    { placeholder: "KIND", help: "Which", choices: ["one", "two"] },
    { placeholder: "FILE", help: "What", optional: true, repeatable: true },
  ],
  options: {
    port: {
      type: "integer",
      placeholder: "PORT",
      short: "p",
      min: 0,
      max: 65_535,
      default: 8080,
      help: "Where",
    },
    name: { type: "text", placeholder: "NAME", repeatable: true, help: "Who" },
    state: { type: "choice", choices: ["OK", "RED"], repeatable: true, default: "OK", help: "How" },
    after: { type: "duration", default: "1m", help: "When" },
    body: { type: "text", placeholder: "TEXT", mayBeEmpty: true, help: "What" },
    quiet: { type: "flag", short: "q", help: "Whether" },
  },
  examples: [["try one", "Tries it"]],
};

const DEFAULTS = {
  port: 8080,
  name: [],
  state: ["OK"],
  after: 60_000,
  body: undefined,
  quiet: false,
  "no-color": false,
  debug: false,
  help: false,
};

function parse(...args: string[]): ReturnType<typeof parseArguments> {
  return parseArguments("try", DEFINITION, args);
}

describe("arguments", () => {
  test("that are left out have their defaults", () => {
    expect(parse("one")).toEqual({ operands: ["one"], values: DEFAULTS, wantsHelp: false });
  });

  test("are read in every way to write them, in any order", () => {
    const { operands, values } = parse(
      "-qp0",
      "two",
      "--name=a",
      "--after",
      "5s",
      "f",
      "--name",
      "b",
      "--state=RED",
      "g",
    );
    expect(operands).toEqual(["two", "f", "g"]);
    expect(values).toEqual({
      ...DEFAULTS,
      port: 0,
      name: ["a", "b"],
      state: ["RED"],
      after: 5_000,
      quiet: true,
    });
  });

  test("that are given again replace the first, where they are not repeatable", () => {
    expect(parse("one", "--body=a", "--body=b").values).toEqual({ ...DEFAULTS, body: "b" });
  });

  test("may be empty, a dash, or begin with one", () => {
    expect(parse("one", "--body=").values["body"]).toBe("");
    expect(parse("one", "--body", "").values["body"]).toBe("");
    expect(parse("one", "--body", "-").values["body"]).toBe("-");
    expect(parse("one", "--body=--x").values["body"]).toBe("--x");
  });

  test.each([
    [["one", "-p", "65536"], '-p: expected a number from 0 to 65535, got "65536"'],
    [["one", "--port=1.5"], '--port: expected a number from 0 to 65535, got "1.5"'],
    [["one", "--port=-1"], '--port: expected a number from 0 to 65535, got "-1"'],
    [["one", "--name", ""], "--name needs a value: NAME"],
    [["one", "--name="], "--name needs a value: NAME"],
    [["one", ""], "FILE is empty; see: svc-status try --help"],
    [["one", "--port="], '--port: expected a number from 0 to 65535, got ""'],
    [["one", "--state=ok"], '--state: expected OK, RED, got "ok"; did you mean OK?'],
    [["tow"], 'KIND: expected one, two, got "tow"; did you mean two?'],
    [[], "try needs a KIND, for example one"],
  ])("%j are refused", (args, message) => {
    expect(() => parse(...args)).toThrow(new CliError(message));
  });

  test("are not looked at where help is asked for", () => {
    expect(parse("nonsense", "--port=x", "--help").wantsHelp).toBe(true);
    expect(parse("one", "--", "--help")).toMatchObject({ operands: ["one", "--help"], wantsHelp: false });
  });
});

describe.each(Object.entries(COMMANDS))("the definition of %s", (name, { definition }) => {
  test("has no option twice, neither by name nor by letter", () => {
    const common = { ...(definition.connects === true && CONNECTION_OPTIONS), ...GENERAL_OPTIONS };
    const own = Object.keys(definition.options);
    expect(own.filter((option) => Object.hasOwn(common, option))).toEqual([]);
    const letters = Object.values(toAllOptions(definition)).flatMap(({ short }) => short ?? []);
    expect(letters).toEqual([...new Set(letters)]);
    expect(letters.filter((letter) => !/^[a-zA-Z]$/.test(letter))).toEqual([]);
  });

  test("has defaults that could be typed, and examples that can", () => {
    for (const [line] of definition.examples) {
      const [command = ""] = line.split(/ (?:&&|>>?) /);
      const [first, ...args] = toWords(command);
      expect(first).toBe(name);
      expect(parseArguments(name, definition, args).operands.length).toBeGreaterThanOrEqual(
        definition.operands.filter(({ optional }) => optional !== true).length,
      );
    }
  });

  test("says what it does in sentences without their full stop", () => {
    const helps = Object.values(definition.options).map(({ help }) => help);
    for (const text of [definition.summary, ...helps]) expect(text).toMatch(/[^.]$/);
    expect(definition.examples.length).toBeGreaterThan(0);
  });
});
