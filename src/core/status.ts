import type { State } from "./state.ts";

/** What a status handler reports. Further properties are shown in JSON as they are. */
export interface Status {
  /** How well it does. */
  readonly state: State;
  /** One sentence for a human reader. */
  readonly detail?: string;
  /** Extra numbers, shown in the Prometheus format as `svc_status{name="<handler>_<label>"}`. */
  readonly labels?: Readonly<Record<string, number>>;
  readonly [property: string]: unknown;
}

/**
 * Why an entry is not OK, in a closed set that is safe to show and to alert on:
 *
 * - `reported`: the handler said so
 * - `threw`: the handler threw or rejected
 * - `timeout`: the handler had not answered by its deadline
 * - `hung`: an earlier call has still not answered, so the handler was not called again yet
 * - `invalid`: what the handler returned is not a status
 * - `slow`: the handler said OK, but took longer than `slowAfterMs`
 * - `stale`: the last result is too old to be believed
 * - `dependency`: a handler that this one depends on is RED
 */
export type Reason = "reported" | "threw" | "timeout" | "hung" | "invalid" | "slow" | "stale" | "dependency";
