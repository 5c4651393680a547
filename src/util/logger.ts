import { type LogEvent, toLogId } from "./log-events.ts";
import { toPrintable } from "./printable.ts";
import { isThenable } from "./thenable.ts";

/** Maximum length of a log line. Longer lines are cut at the end. */
export const MAX_LOGGED_LENGTH = 2_000;

/** The logger that the library writes to. `console`, pino and winston work directly. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The fields that a structured logger gets before the message. */
export interface LogFields {
  readonly event: LogEvent;
}

/** pino and its children have these methods. Their `info`, `warn` and `error` accept fields before the message. */
interface Structured {
  child?: unknown;
  bindings?: unknown;
}

/**
 * Writes one printable line with the id of its event: before the message, or as a field if the logger is
 * structured. The logger may be missing, throw or reject without affecting the caller.
 */
export function log(
  logger: Partial<Logger> | undefined,
  level: keyof Logger,
  event: LogEvent,
  message: string,
): void {
  write(() =>
    isStructured(logger)
      ? logger[level]?.({ event }, toLine(message))
      : logger?.[level]?.(toLine(`${toLogId(event)} ${message}`)),
  );
}

/** Logs a message as it is, without an id. */
export function logText(logger: Partial<Logger> | undefined, message: string): void {
  write(() => logger?.info?.(toLine(message)));
}

function write(call: () => unknown): void {
  try {
    const returned = call();
    if (isThenable(returned)) Promise.resolve(returned).catch(() => {});
  } catch {
    // There is no other place to report the error of a logger.
  }
}

type StructuredLogger = Partial<Record<keyof Logger, (fields: LogFields, message: string) => void>>;

function isStructured(logger: object | undefined): logger is StructuredLogger {
  const { child, bindings } = (logger ?? {}) as Structured;
  return typeof child === "function" && typeof bindings === "function";
}

function toLine(message: string): string {
  const line = toPrintable(message.slice(0, MAX_LOGGED_LENGTH + 1));
  return line.length > MAX_LOGGED_LENGTH ? `${line.slice(0, MAX_LOGGED_LENGTH - 1)}…` : line;
}
