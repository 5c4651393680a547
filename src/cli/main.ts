import { didYouMean } from "../util/suggest.ts";
import { VERSION } from "../util/version.ts";
import { CliError } from "./cli-error.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { describeFailure } from "./describe-failure.ts";
import { createInterrupts, type Interrupts } from "./interrupts.ts";
import { type Io, type Output, toOutput, wantsColor } from "./io.ts";
import { isConfigFile, parseArguments } from "./parse.ts";

/**
 * Runs the command line, and sets the exit status of the process. Never rejects: any error is reported in one
 * line.
 */
export async function main(args: readonly string[]): Promise<void> {
  const interrupts = createInterrupts();
  try {
    process.exitCode = await dispatch(args, interrupts);
  } catch (error) {
    process.exitCode = error instanceof CliError ? error.exitStatus : 3;
    process.stderr.write(describeFailure(error, args.includes("--debug")));
  }
}

async function dispatch([first, ...rest]: readonly string[], interrupts: Interrupts): Promise<number> {
  const stdout = toOutput(process.stdout);
  if (first === "--version" || first === "-V") return write(stdout, `${VERSION}\n`);
  if (first === "--help" || first === "-h" || first === "help") return showHelp(stdout, rest[0]);
  if (first === undefined) {
    await showHelp(toOutput(process.stderr), undefined);
    return 3;
  }
  const { definition, load } = findCommand(first);
  const { operands, values, wantsHelp } = parseArguments(first, definition, rest);
  if (wantsHelp) return showHelp(stdout, first);
  const io = toIo(interrupts.signal, values["no-color"] === true);
  const run = await load();
  if (definition.ownsSignals !== true) interrupts.listenForSignals();
  const status = await run({ operands, values: values as never, commands: COMMANDS, io }).catch((error) => {
    // The error of an interrupted command is not shown, but the command has not succeeded.
    if (!interrupts.signal.aborted) throw error;
    return 3;
  });
  return interrupts.stop() ?? status;
}

function findCommand(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  const what = name.startsWith("-") ? `option ${name}` : `command ${JSON.stringify(name)}`;
  throw new CliError(`unknown ${what}${suggest(name)}`);
}

/** If the argument is a URL or a file, it determines the command. */
function suggest(name: string): string {
  if (isConfigFile(name)) return `; did you mean: svc-status serve --config ${name}`;
  if (/^[^-].*[:./]|^\d+$/.test(name)) return `; did you mean: svc-status show ${name}`;
  return didYouMean(name, Object.keys(COMMANDS)) || "; see: svc-status --help";
}

async function showHelp(output: Output, name: string | undefined): Promise<number> {
  const { renderHelp, renderOverview } = await import("./help.ts");
  return write(
    output,
    name === undefined ? renderOverview(COMMANDS) : renderHelp(name, findCommand(name).definition),
  );
}

function write(output: Output, text: string): number {
  output.write(text);
  return 0;
}

function toIo(signal: AbortSignal, noColor: boolean): Io {
  const stdout = toOutput(process.stdout);
  return {
    // Opened on demand: opening it takes time, and most commands do not read it.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr: toOutput(process.stderr),
    env: process.env,
    color: wantsColor(stdout, process.env, noColor),
    signal,
  };
}
