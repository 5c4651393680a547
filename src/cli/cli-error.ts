/** Something that whoever typed the command can mend. Its message is one line that says how; it never has a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
}
