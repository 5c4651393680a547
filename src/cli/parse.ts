import { parseArgs } from "node:util";
import { didYouMean } from "../util/suggest.ts";
import { CliError } from "./cli-error.ts";
import { type CommandDefinition, type OptionDefinition, toAllOptions } from "./command.ts";
import { parseDuration } from "./duration.ts";

export interface Arguments {
  readonly operands: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly wantsHelp: boolean;
}

/**
 * Checks the arguments after the name of a command.
 *
 * @throws CliError that describes the mistake. With `--help`, nothing is checked.
 */
export function parseArguments(
  name: string,
  definition: CommandDefinition,
  args: readonly string[],
): Arguments {
  const options = toAllOptions(definition);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(Object.entries(options).map(([option, each]) => [option, toParseArgs(each)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const operands = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  const given = tokens.filter((token) => token.kind === "option");
  if (given.some((token) => token.name === "help")) return { operands, values: {}, wantsHelp: true };

  const values: Record<string, unknown> = toDefaults(options);
  const repeated = new Set<string>();
  for (const { name: option, rawName, value, inlineValue } of given) {
    const known = Object.hasOwn(options, option) ? options[option] : undefined;
    if (known === undefined) {
      const names = Object.keys(options).map((each) => `--${each}`);
      throw new CliError(
        `unknown option ${rawName}${didYouMean(rawName, names) || `; see: svc-status ${name} --help`}`,
      );
    }
    const parsed = parseOption(rawName, known, { value, isInline: inlineValue === true });
    if (!isRepeatable(known)) values[option] = parsed;
    else values[option] = repeated.has(option) ? [...(values[option] as unknown[]), parsed] : [parsed];
    repeated.add(option);
  }
  checkOperands(name, definition, operands);
  return { operands, values, wantsHelp: false };
}

function toParseArgs(option: OptionDefinition): { type: "boolean" | "string"; short?: string } {
  return {
    type: option.type === "flag" ? "boolean" : "string",
    ...(option.short !== undefined && { short: option.short }),
  };
}

function isRepeatable(option: OptionDefinition): boolean {
  return "repeatable" in option && option.repeatable === true;
}

function toDefaults(options: Readonly<Record<string, OptionDefinition>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      if (option.type === "flag") return [name, false];
      if (option.default === undefined) return [name, isRepeatable(option) ? [] : undefined];
      const value = option.type === "duration" ? parseDuration(`--${name}`, option.default) : option.default;
      return [name, isRepeatable(option) ? [value] : value];
    }),
  );
}

interface GivenValue {
  readonly value: string | undefined;
  /** `--name=value` rather than `--name value`. */
  readonly isInline: boolean;
}

function parseOption(rawName: string, option: OptionDefinition, { value, isInline }: GivenValue): unknown {
  if (option.type === "flag") {
    if (value !== undefined) throw new CliError(`${rawName} takes no value, got ${JSON.stringify(value)}`);
    return true;
  }
  if (value === undefined) throw new CliError(`${rawName} needs a value: ${toPlaceholder(option)}`);
  if (!isInline && value.length > 1 && value.startsWith("-"))
    throw new CliError(`${rawName} needs a value, got ${value}. If that is the value: ${rawName}=${value}`);
  return VALUE_PARSERS[option.type](rawName, option as never, value);
}

/** The placeholder for the value of an option in texts. */
export function toPlaceholder(option: Exclude<OptionDefinition, { type: "flag" }>): string {
  if (option.type === "choice") return option.choices.join("|");
  return option.type === "duration" ? "DURATION" : option.placeholder;
}

type ValueOption = Exclude<OptionDefinition, { type: "flag" }>;
type ValueParser<Type> = (
  rawName: string,
  option: Extract<ValueOption, { type: Type }>,
  value: string,
) => unknown;

const VALUE_PARSERS: { readonly [Type in ValueOption["type"]]: ValueParser<Type> } = {
  text(rawName, option, value) {
    if (value !== "" || option.mayBeEmpty === true) return value;
    throw new CliError(`${rawName} needs a value: ${option.placeholder}`);
  },
  duration: (rawName, _option, value) => parseDuration(rawName, value),
  choice(rawName, { choices }, value) {
    if (choices.includes(value)) return value;
    throw new CliError(
      `${rawName}: expected ${choices.join(", ")}, got ${JSON.stringify(value)}${didYouMean(value, choices)}`,
    );
  },
  integer(rawName, { min, max }, value) {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new CliError(`${rawName}: expected a number from ${min} to ${max}, got ${JSON.stringify(value)}`);
  },
};

function checkOperands(
  name: string,
  { operands: defined, options, examples }: CommandDefinition,
  given: readonly string[],
): void {
  const usage = `see: svc-status ${name} --help`;
  const missing = defined.slice(given.length).find(({ optional }) => optional !== true);
  if (missing !== undefined)
    throw new CliError(`${name} needs a ${missing.placeholder}, for example ${toFirstOperand(examples)}`);
  for (const [index, value] of given.entries()) {
    const last = defined.at(-1);
    const definition = defined[index] ?? (last?.repeatable === true ? last : undefined);
    if (definition === undefined) {
      const use = "config" in options && isConfigFile(value) ? `use --config ${value}` : usage;
      throw new CliError(`unexpected argument ${JSON.stringify(value)}; ${use}`);
    }
    const { placeholder, choices } = definition;
    if (value === "") throw new CliError(`${placeholder} is empty; ${usage}`);
    if (choices !== undefined && !choices.includes(value))
      throw new CliError(
        `${placeholder}: expected ${choices.join(", ")}, got ${JSON.stringify(value)}${didYouMean(value, choices)}`,
      );
  }
}

/** The operands of an example are right after the name of its command. */
function toFirstOperand(examples: CommandDefinition["examples"]): string | undefined {
  return examples[0]?.[0].split(" ")[1];
}

/** The kinds of files that `svc-status serve` reads. */
export function isConfigFile(text: string): boolean {
  return /\.(?:json|mjs)$/.test(text);
}
