import type { ExitStatus } from "./command.ts";

export interface CliErrorOptions extends ErrorOptions {
  /** What the process ends with. @default 3 */
  readonly exitStatus?: ExitStatus;
}

/** Something that whoever typed the command can mend. Its message is one line that says how; its stack is not shown. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitStatus: ExitStatus;

  constructor(message: string, { exitStatus = 3, ...options }: CliErrorOptions = {}) {
    super(message, options);
    this.exitStatus = exitStatus;
  }
}
