import { toPrintable } from "./printable.ts";
import { isThenable } from "./thenable.ts";

/** Maximum length of a log line. Longer lines are cut at the end. */
export const MAX_LOGGED_LENGTH = 2_000;

/** The logger that the library writes to. `console`, pino and winston fit as they are. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Writes one printable line. The logger may be missing, throw or reject without affecting the caller. */
export function log(logger: Partial<Logger> | undefined, level: keyof Logger, message: string): void {
  try {
    const returned: unknown = logger?.[level]?.(toLine(message));
    if (isThenable(returned)) Promise.resolve(returned).catch(() => {});
  } catch {
    // There is no other place to report the error of a logger.
  }
}

function toLine(message: string): string {
  const line = toPrintable(message.slice(0, MAX_LOGGED_LENGTH + 1));
  return line.length > MAX_LOGGED_LENGTH ? `${line.slice(0, MAX_LOGGED_LENGTH - 1)}…` : line;
}
