import type { State } from "./state.ts";

/** The result of a status handler. JSON shows additional properties unchanged. */
export interface Status {
  /** How well the component works. */
  readonly state: State;
  /** One sentence for a human reader. */
  readonly detail?: string;
  /** Additional numbers, shown in the Prometheus format as `svc_status{name="<handler>_<label>"}`. */
  readonly labels?: Readonly<Record<string, number>>;
  readonly [property: string]: unknown;
}

/**
 * Why an entry is not OK. The set is closed, and its values are safe to show and to alert on:
 *
 * - `reported`: the handler reported it
 * - `threw`: the handler threw or rejected
 * - `timeout`: the handler did not answer by its deadline
 * - `hung`: an earlier call has still not answered, so the handler has not been called again
 * - `invalid`: the handler did not return a status
 * - `slow`: the handler reported OK, but took longer than `slowAfterMs`
 * - `stale`: the last result is too old to rely on
 * - `dependency`: a handler that this one depends on is RED
 */
export type Reason = "reported" | "threw" | "timeout" | "hung" | "invalid" | "slow" | "stale" | "dependency";
