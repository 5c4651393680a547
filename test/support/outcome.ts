import type { Outcome } from "../../src/core/outcome.ts";
import { OK, type State } from "../../src/core/state.ts";
import type { Reason } from "../../src/core/status.ts";

export interface OutcomeParts {
  readonly reason?: Reason;
  readonly durationMs?: number;
  /** What else the handler reported. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What comes out of a call of a handler that said this. */
export function outcomeOf(state: State, parts: OutcomeParts = {}): Outcome {
  const { reason = "reported", durationMs = 0, properties = {} } = parts;
  const status = Object.freeze({ ...properties, state });
  return {
    status,
    rawStatus: status,
    reason: state === OK ? undefined : reason,
    durationMs,
    checkedAt: 0,
    aheadMs: 0,
  };
}
