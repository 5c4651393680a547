import { isThenable } from "./thenable.ts";

/** Where the library writes to: `console`, pino and winston all fit as they are. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Writes to a logger that may be missing and may throw or reject; none of it disturbs the caller. */
export function log(logger: Partial<Logger> | undefined, level: keyof Logger, message: string): void {
  try {
    const returned: unknown = logger?.[level]?.(message);
    if (isThenable(returned)) Promise.resolve(returned).catch(() => {});
  } catch {
    // A logger that throws leaves nobody to tell.
  }
}
