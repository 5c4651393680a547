import { toDurationText } from "../../util/duration-text.ts";
import { runWithin } from "../../util/run-within.ts";

interface DeadlineOptions {
  /** Whether the time is not that of `--timeout`, so that a longer one would change nothing. @default false */
  readonly isFixed?: boolean;
}

/** The request timed out. */
export class DeadlineError extends Error {
  readonly time: string;
  readonly isFixed: boolean;

  constructor(timeoutMs: number, { isFixed = false }: DeadlineOptions = {}) {
    const time = toDurationText(timeoutMs);
    super(`no answer within ${time}`);
    this.time = time;
    this.isFixed = isFixed;
  }
}

/** Runs `run` with a signal. It is aborted with a `DeadlineError` at the deadline, or with `signal`. */
export function withinDeadline<Value>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Value>,
  options?: DeadlineOptions,
): Promise<Value> {
  return runWithin(timeoutMs, signal, run, () => new DeadlineError(timeoutMs, options));
}

/** Whether the time of `--timeout` ended a request. This proves nothing about the service. */
export function isOver({ reason }: AbortSignal): boolean {
  return reason instanceof DeadlineError && !reason.isFixed;
}
