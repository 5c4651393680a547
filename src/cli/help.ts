import {
  CONNECTION_OPTIONS,
  type CommandDefinition,
  type Commands,
  GENERAL_OPTIONS,
  type OperandDefinition,
  type OptionDefinition,
  type OptionDefinitions,
} from "./command.ts";
import { toPlaceholder } from "./parse.ts";

/** The exit statuses of all commands. A command may have its own. */
export const EXITS: Readonly<Record<string, string>> = {
  "0": "OK",
  "1": "YELLOW",
  "2": "RED",
  "3": "no answer, not a status, or invalid arguments",
};

/** The environment variables that commands read. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  SVC_STATUS_TOKEN: "The token that decommission and commission send",
  NO_COLOR: "If set: no colors",
};

const WIDTH = 80;
const INDENT = "  ";

/** `svc-status --help` */
export function renderOverview(commands: Commands): string {
  const rows = Object.entries(commands).map(([name, { definition }]) => [name, definition.summary] as const);
  return [
    "Usage: svc-status COMMAND …",
    `Commands:\n${renderRows(rows)}`,
    "svc-status COMMAND --help describes a command; svc-status --version shows the version.",
    `Environment:\n${renderRows(Object.entries(ENVIRONMENT))}`,
    `Exit status:\n${renderRows(Object.entries(EXITS))}\n`,
  ].join("\n\n");
}

/** `svc-status show --help` */
export function renderHelp(name: string, definition: CommandDefinition): string {
  const { summary, description, operands, options, connects, examples, exits = EXITS } = definition;
  return [
    `Usage: ${toUsage(name, definition)}`,
    `${summary}.`,
    ...description.map((paragraph) => wrap(paragraph, WIDTH).join("\n")),
    ...section(
      "Operands",
      operands.map(({ placeholder, help }) => [placeholder, help] as const),
    ),
    ...section("Options", toOptionRows(options)),
    ...(connects === true ? section("Connection", toOptionRows(CONNECTION_OPTIONS)) : []),
    ...section("General", toOptionRows(GENERAL_OPTIONS)),
    ...section("Exit status", Object.entries(exits)),
    `Examples:\n${examples.map(([line, does]) => `${INDENT}svc-status ${line}\n${INDENT}${INDENT}${does}`).join("\n")}\n`,
  ].join("\n\n");
}

/** `svc-status show [OPTION]… URL` */
export function toUsage(name: string, { operands }: CommandDefinition): string {
  return ["svc-status", name, "[OPTION]…", ...operands.map(toOperandUsage)].join(" ");
}

function toOperandUsage({ placeholder, optional, repeatable }: OperandDefinition): string {
  const text = `${placeholder}${repeatable === true ? "…" : ""}`;
  return optional === true ? `[${text}]` : text;
}

/** `-n, --name NAME` */
export function toOptionUsage(name: string, option: OptionDefinition): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${name}${option.type === "flag" ? "" : ` ${toPlaceholder(option)}`}`;
}

/** The help of an option, with its default and whether it may be given more than once. */
export function toOptionHelp(option: OptionDefinition): string {
  const given = "repeatable" in option && option.repeatable === true ? "; repeatable" : "";
  const isDefault = "default" in option ? ` (default: ${option.default})` : "";
  return `${option.help}${given}${isDefault}`;
}

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  return rows.length === 0 ? [] : [`${title}:\n${renderRows(rows)}`];
}

function toOptionRows(options: OptionDefinitions): (readonly [string, string])[] {
  return Object.entries(options).map(([name, option]) => [toOptionUsage(name, option), toOptionHelp(option)]);
}

/** Renders two columns. An entry that is too wide for the first column gets its own line. */
function renderRows(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(24, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => renderRow(left, right, width)).join("\n");
}

function renderRow(left: string, right: string, width: number): string[] {
  const margin = INDENT + " ".repeat(width) + INDENT;
  const [first = "", ...further] = wrap(right, WIDTH - margin.length);
  const rest = further.map((line) => margin + line);
  if (left.length > width) return [INDENT + left, margin + first, ...rest];
  return [`${INDENT}${left.padEnd(width)}${INDENT}${first}`, ...rest];
}

/** Breaks a text at its spaces. A word longer than a line is not broken. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
