import type { Scope } from "./handler-options.ts";
import { OK, RED, type State, toWorseState, YELLOW } from "./state.ts";
import type { Reason, Status } from "./status.ts";

/** What one handler said, and when. */
export interface Entry {
  readonly name: string;
  readonly status: Status;
  /** What the handler answered last; differs from `status` where the library made it worse or holds it back. */
  readonly rawStatus: Status;
  readonly critical: boolean;
  readonly scope: Scope;
  /** When the result was there. */
  readonly checkedAt: Date;
  /** How long the run took; with the reason `hung`, how long the handler has not answered. */
  readonly durationMs: number;
  /** Since when the present state holds. */
  readonly since: Date;
  /** Why it is not OK; missing while it is. */
  readonly reason?: Reason;
  /** The handlers whose RED would explain this one's. */
  readonly dependsOn: readonly string[];
}

/** The outcome of asking the handlers. */
export interface Report {
  /** The worst of the entries' effective states; `OK` when there are none. */
  readonly state: State;
  readonly at: Date;
  /** One entry for each handler, in order of registration. */
  readonly entries: readonly Entry[];
}

export function createReport(entries: readonly Entry[], at: number): Report {
  let state: State = OK;
  for (const entry of entries) state = toWorseState(state, toEffectiveState(entry));
  return { state, at: new Date(at), entries };
}

/** What an entry adds to the overall state: the RED of a handler that is not critical counts as YELLOW. */
export function toEffectiveState({ status, critical }: Pick<Entry, "status" | "critical">): State {
  return status.state === RED && !critical ? YELLOW : status.state;
}
