import { RED } from "./state.ts";
import type { Reason, Status } from "./status.ts";

/** The result of a handler call, including failed ones. */
export interface Result {
  readonly status: Status;
  /** Missing if the status is OK. */
  readonly reason: Reason | undefined;
}

/** A result with its time. */
export interface Outcome extends Result {
  /** The time of the result, in milliseconds since 1970. */
  readonly checkedAt: number;
  /** How far the wall clock was ahead of the monotonic clock then, in milliseconds. */
  readonly aheadMs: number;
  readonly durationMs: number;
  /** The handler's own result. It differs from `status` while thresholds hold a change back. */
  readonly rawStatus: Status;
}

/** Runs a handler. Never throws and never rejects: failures are results. */
export type RunHandler<Answer = Outcome> = () => Answer | Promise<Answer>;

/** Maps the result. It adds no promise if `run` returns none. */
export function mapAnswer<From, To>(run: RunHandler<From>, change: (answer: From) => To): RunHandler<To> {
  return function runMapped() {
    const answer = run();
    return answer instanceof Promise ? answer.then(change) : change(answer);
  };
}

export function toFailure(reason: Reason, detail: string): Result {
  return { status: Object.freeze({ state: RED, detail }), reason };
}
