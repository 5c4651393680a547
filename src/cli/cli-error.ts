import type { ExitStatus } from "./command.ts";

export interface CliErrorOptions extends ErrorOptions {
  /** Exit status of the process. @default 3 */
  readonly exitStatus?: ExitStatus;
}

/** An error that the user can fix. Its message is one line with the remedy. Its stack is not shown. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitStatus: ExitStatus;

  constructor(message: string, { exitStatus = 3, ...options }: CliErrorOptions = {}) {
    super(message, options);
    this.exitStatus = exitStatus;
  }
}
