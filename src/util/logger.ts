import { toPrintable } from "./printable.ts";
import { isThenable } from "./thenable.ts";

/** Maximum length of a log line. The end of a longer one is cut. */
export const MAX_LOGGED_LENGTH = 2_000;

/** Where the library writes to: `console`, pino and winston all fit as they are. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Writes one printable line to a logger that may be missing and may throw or reject; none of it disturbs the caller.
 */
export function log(logger: Partial<Logger> | undefined, level: keyof Logger, message: string): void {
  try {
    const returned: unknown = logger?.[level]?.(toLine(message));
    if (isThenable(returned)) Promise.resolve(returned).catch(() => {});
  } catch {
    // A logger that throws leaves nobody to tell.
  }
}

function toLine(message: string): string {
  const line = toPrintable(message.slice(0, MAX_LOGGED_LENGTH + 1));
  return line.length > MAX_LOGGED_LENGTH ? `${line.slice(0, MAX_LOGGED_LENGTH - 1)}…` : line;
}
