import { CliError } from "./cli-error.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { type Output, toOutput, wantsColor } from "./io.ts";
import { parseArguments } from "./parse.ts";
import { didYouMean } from "./suggest.ts";
import { clean } from "./terminal/clean.ts";

/**
 * Carries out what stands on the command line, and sets the exit status of the process. Never rejects: whatever goes
 * wrong is told in one line.
 */
export async function main(args: readonly string[]): Promise<void> {
  const stderr = toOutput(process.stderr);
  try {
    process.exitCode = await dispatch(args);
  } catch (error) {
    process.exitCode = error instanceof CliError ? error.exitStatus : 3;
    stderr.write(describeFailure(error, args.includes("--debug")));
  }
}

async function dispatch([first, ...rest]: readonly string[]): Promise<number> {
  const stdout = toOutput(process.stdout);
  if (first === "--version" || first === "-V") return write(stdout, `${await readVersion()}\n`);
  if (first === "--help" || first === "-h" || first === "help") return showHelp(stdout, rest[0]);
  if (first === undefined) {
    await showHelp(toOutput(process.stderr), undefined);
    return 3;
  }
  return runCommand(first, findCommand(first), rest);
}

function findCommand(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  const what = name.startsWith("-") ? "option" : "command";
  throw new CliError(
    `there is no ${what} ${name}${didYouMean(name, Object.keys(COMMANDS))} See: svc-status --help`,
  );
}

async function showHelp(output: Output, name: string | undefined): Promise<number> {
  const { renderHelp, renderOverview } = await import("./help.ts");
  return write(
    output,
    name === undefined ? renderOverview(COMMANDS) : renderHelp(name, findCommand(name).definition),
  );
}

async function readVersion(): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  const manifest = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  return manifest.version;
}

function write(output: Output, text: string): number {
  output.write(text);
  return 0;
}

async function runCommand(name: string, command: Command, args: readonly string[]): Promise<number> {
  const { operands, values, wantsHelp } = parseArguments(name, command.definition, args);
  const stdout = toOutput(process.stdout);
  if (wantsHelp) return showHelp(stdout, name);
  const run = await command.load();
  const interrupts = listenForInterrupts(command.definition.ownsSignals !== true);
  const io = {
    stdin: process.stdin,
    stdout,
    stderr: toOutput(process.stderr),
    env: process.env,
    color: wantsColor(stdout, process.env, values["no-color"] === true),
    signal: interrupts.signal,
  };
  try {
    return await run({ operands, values: values as never, commands: COMMANDS, io });
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    return 3;
  } finally {
    interrupts.stop();
  }
}

/** One line; with --debug the stack too, of what caused it as well. */
function describeFailure(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const isOurs = !(error instanceof CliError);
  const line = isOurs ? `internal error: ${message}. --debug shows where; please report it` : message;
  if (!debug) return `svc-status: ${clean(line)}\n`;
  const causes: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause)
    causes.push(each.stack ?? each.message);
  const stacks = causes
    .join("\ncaused by ")
    .split("\n")
    .map((each) => `${clean(each)}\n`);
  return `svc-status: ${clean(line)}\n${stacks.join("")}`;
}
