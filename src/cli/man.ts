import {
  CONNECTION_OPTIONS,
  type CommandDefinition,
  type Commands,
  GENERAL_OPTIONS,
  type OptionDefinitions,
} from "./command.ts";
import { ENVIRONMENT, EXITS, toOptionHelp, toOptionUsage, toUsage } from "./help.ts";

const INTRODUCTION =
  "Shows the status of services that use the npm package svc-status or a compatible one, waits for it, watches it, and removes services from their load balancers.";

/** The manual page. The build writes it. */
export function renderMan(commands: Commands, version: string): string {
  const all = Object.entries(commands);
  const lines = [
    `.TH SVC\\-STATUS 1 "" "svc\\-status ${version}" "User Commands"`,
    ".SH NAME",
    "svc\\-status \\- the status of services on the command line",
    ".SH SYNOPSIS",
    ...all
      .flatMap(([name, { definition }]) => [`.B ${toRoff(toUsage(name, definition))}`, ".br"])
      .slice(0, -1),
    ".SH DESCRIPTION",
    toRoff(INTRODUCTION),
    ".SH COMMANDS",
    ...all.flatMap(([name, { definition }]) => renderCommand(name, definition)),
    ".SH CONNECTION OPTIONS",
    "For the commands that connect to a service.",
    ...renderOptions(CONNECTION_OPTIONS),
    ".SH GENERAL OPTIONS",
    ...renderOptions(GENERAL_OPTIONS),
    ".SH EXIT STATUS",
    ...renderList(Object.entries(EXITS)),
    ".SH ENVIRONMENT",
    ...renderList(Object.entries(ENVIRONMENT)),
  ];
  return `${lines.join("\n")}\n`;
}

function renderCommand(name: string, definition: CommandDefinition): string[] {
  const { summary, description, operands, options, exits, examples } = definition;
  return [
    `.SS ${toRoff(name)}`,
    toRoff(`${summary}.`),
    ...description.flatMap((paragraph) => [".PP", toRoff(paragraph)]),
    ...renderList(operands.map(({ placeholder, help }) => [placeholder, help] as const)),
    ...renderOptions(options),
    ...(exits === undefined ? [] : [".PP", "Exit status:", ...renderList(Object.entries(exits))]),
    ".PP",
    "Examples:",
    ...renderList(examples.map(([line, does]) => [`svc-status ${line}`, does] as const)),
  ];
}

function renderOptions(options: OptionDefinitions): string[] {
  return renderList(
    Object.entries(options).map(
      ([name, option]) => [toOptionUsage(name, option), toOptionHelp(option)] as const,
    ),
  );
}

function renderList(items: readonly (readonly [term: string, text: string])[]): string[] {
  return items.flatMap(([term, text]) => [".TP", `.B ${toRoff(term)}`, `${toRoff(text)}.`]);
}

/** In roff, backslashes and hyphens are special everywhere; dots and quotes are special at the beginning of a line. */
function toRoff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replace(/^(?=[.'])/, "\\&");
}
