import { type Clock, systemClock } from "./clock.ts";
import { describeError } from "./describe-error.ts";
import type { LogEvent } from "./log-events.ts";
import { type Logger, log } from "./logger.ts";
import { warnOnce } from "./warn-once.ts";

/** Maximum number of lines that one source of trouble logs per minute. */
export const MAX_TROUBLE_LINES_PER_MINUTE = 10;

/** A failure that recurs after a pause of this length is logged again. */
export const TROUBLE_FORGOTTEN_AFTER_MS = 600_000;

export interface TroubleSetup {
  /** The event of each line, and the kind of the process warning. */
  readonly event: LogEvent;
  /** What fails, and the consequence: the beginning of each line. */
  readonly what: string;
  /** The line to log when it works again. Default: none. */
  readonly recovery?: string;
  readonly getLogger: () => Partial<Logger> | undefined;
  readonly clock?: Clock;
}

/** Logs failures that can occur on every request. */
export interface Trouble {
  failed(error: unknown): void;
  worked(): void;
  /** Runs a function that may fail. Returns `undefined` if it throws or rejects. */
  watch<Value>(run: () => Value | Promise<Value>): Promise<Value | undefined>;
}

const MINUTE_MS = 60_000;

/**
 * Logs a failure when it begins, when its message changes, and when it ends. Without a logger, the first
 * failure of this kind in the process becomes a process warning. Only the last message is kept. The maximum
 * number of lines per minute limits callers that can choose the message, or that fail every other time.
 */
export function createTrouble({
  event,
  what,
  recovery,
  getLogger,
  clock = systemClock,
}: TroubleSetup): Trouble {
  let lastMessage: string | undefined;
  let lastAt = 0;
  let minuteBegan = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let unsaid = 0;

  function failed(error: unknown): void {
    const now = clock.monotonicNow();
    const message = describeError(error);
    const isKnown = message === lastMessage && now - lastAt < TROUBLE_FORGOTTEN_AFTER_MS;
    lastAt = now;
    if (isKnown) return;
    // A line that was not logged does not count: the next failure is logged when the limit allows it.
    lastMessage = report("error", `${what}: ${message}`, now) ? message : undefined;
  }

  function worked(): void {
    if (lastMessage === undefined) return;
    lastMessage = undefined;
    if (recovery !== undefined) report("info", recovery, clock.monotonicNow());
  }

  function report(level: keyof Logger, message: string, now: number): boolean {
    if (now - minuteBegan >= MINUTE_MS) {
      minuteBegan = now;
      lines = 0;
    }
    if (lines === MAX_TROUBLE_LINES_PER_MINUTE) {
      unsaid += 1;
      return false;
    }
    lines += 1;
    const line = unsaid === 0 ? message : `${message} (lines not logged before this one: ${unsaid})`;
    unsaid = 0;
    if (level === "error") logOrWarn(getLogger(), event, line);
    else log(getLogger(), level, event, line);
    return true;
  }

  async function watch<Value>(run: () => Value | Promise<Value>): Promise<Value | undefined> {
    try {
      const value = await run();
      worked();
      return value;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  return { failed, worked, watch };
}

/** Logs an error. Without a logger, the first one of its kind in the process becomes a process warning. */
export function logOrWarn(logger: Partial<Logger> | undefined, event: LogEvent, message: string): void {
  if (logger === undefined) warnOnce(event, message);
  else log(logger, "error", event, message);
}
