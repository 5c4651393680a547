import { hideSecrets } from "../util/redact/hide-secrets.ts";
import { CliError } from "./cli-error.ts";
import { clean } from "./terminal/clean.ts";

/** Describes an error in one line; with `--debug`, adds its stack and the stacks of its causes. */
export function describeFailure(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const isOurs = !(error instanceof CliError);
  const line = isOurs
    ? `internal error: ${hideSecrets(message)}. Use --debug for the stack trace, and report it`
    : message;
  const lines = [`svc-status: ${line}`, ...(debug ? toStacks(error).join("\ncaused by ").split("\n") : [])];
  return lines.map((each) => `${clean(each)}\n`).join("");
}

function toStacks(error: unknown): string[] {
  return error instanceof Error ? [hideSecrets(error.stack ?? error.message), ...toStacks(error.cause)] : [];
}
