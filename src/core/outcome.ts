import { RED } from "./state.ts";
import type { Reason, Status } from "./status.ts";

/** What a call of a handler gave, whatever the handler did. */
export interface Result {
  readonly status: Status;
  /** Missing while the status is OK. */
  readonly reason: Reason | undefined;
}

/** A result with its time. */
export interface Outcome extends Result {
  /** When it was there, in milliseconds since 1970. */
  readonly checkedAt: number;
  readonly durationMs: number;
  /** What the handler itself answered, where thresholds hold the reported status back. */
  readonly rawStatus: Status;
}

/** Asks a handler. Never throws and never rejects: failures are answers. */
export type Ask<Answer = Outcome> = () => Answer | Promise<Answer>;

/** Changes what is answered, without a promise where there was none. */
export function mapAnswer<From, To>(ask: Ask<From>, change: (answer: From) => To): Ask<To> {
  return function askMapped() {
    const answer = ask();
    return answer instanceof Promise ? answer.then(change) : change(answer);
  };
}

export function toFailure(reason: Reason, detail: string): Result {
  return { status: Object.freeze({ state: RED, detail }), reason };
}
