import type { HandlerInfo } from "./handler-info.ts";
import type { Scope } from "./handler-options.ts";
import { OK, RED, type State, toWorseState, YELLOW } from "./state.ts";
import type { Reason, Status } from "./status.ts";

/** The result of one handler, with its time. */
export interface Entry extends HandlerInfo {
  readonly name: string;
  readonly status: Status;
  /**
   * The handler's own last result. It differs from `status` if the library made it worse or holds it back.
   */
  readonly rawStatus: Status;
  readonly critical: boolean;
  readonly scope: Scope;
  /** The time of the result. */
  readonly checkedAt: Date;
  /** How long the run took; with the reason `hung`, how long the handler has not answered. */
  readonly durationMs: number;
  /** Start of the current state. */
  readonly since: Date;
  /** Why the status is not OK; missing if it is OK. */
  readonly reason?: Reason;
  /** The handlers that can explain why this one is RED. */
  readonly dependsOn: readonly string[];
}

/** The results of the handlers. */
export interface Report {
  /** The worst effective state of the entries; `OK` if there are none. */
  readonly state: State;
  readonly at: Date;
  /** One entry per handler, in order of registration. */
  readonly entries: readonly Entry[];
}

export function createReport(entries: readonly Entry[], at: number): Report {
  let state: State = OK;
  for (const entry of entries) state = toWorseState(state, toEffectiveState(entry));
  return { state, at: new Date(at), entries };
}

/** What an entry contributes to the overall state: the RED of a non-critical handler counts as YELLOW. */
export function toEffectiveState({ status, critical }: Pick<Entry, "status" | "critical">): State {
  return status.state === RED && !critical ? YELLOW : status.state;
}
