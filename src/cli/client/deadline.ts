import { runWithin } from "../../util/run-within.ts";

/** The request timed out. */
export class DeadlineError extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`not within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** Runs `run` with a signal. It is aborted with a `DeadlineError` at the deadline, or with `signal`. */
export function withinDeadline<Value>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  return runWithin(timeoutMs, signal, run, () => new DeadlineError(timeoutMs));
}
