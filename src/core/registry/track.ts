import type { Clock } from "../../util/clock.ts";
import { createDates } from "../../util/dates.ts";
import type { Change } from "../change.ts";
import type { Outcome } from "../outcome.ts";
import type { Standing } from "../readiness/rule.ts";
import { createStandingRecord } from "../readiness/standing.ts";
import { OK, type State } from "../state.ts";

export interface TrackSetup {
  readonly name: string;
  readonly clock: Clock;
  readonly historyLimit: number;
  /** Adds the cause, as far as it is known at this moment. */
  readonly explain: (change: Change) => Change;
  readonly onChange: (change: Change) => void;
  /** Called after each change of the state, and after the first result. */
  readonly onStanding: () => void;
}

/** The record of a name: its state, since when, and its last changes. It survives a replaced handler. */
export interface Track {
  /** Records an outcome, reports it if it is a change, and returns the start of the state. */
  record(outcome: Pick<Outcome, "status" | "reason" | "checkedAt">): Date;
  readonly history: readonly Change[];
  /** Number of changes to each state, including changes that the history no longer contains. */
  readonly counts: ChangeCounts;
  readonly standing: Standing;
  /** Whether the handler has had a result. */
  readonly isKnown: boolean;
  /** Goes on from what other processes have seen of the name. */
  inherit(others: Standing): void;
}

/**
 * Number of changes to each state. A first result counts only if it is reported, that is, if it is not OK.
 */
export type ChangeCounts = Readonly<Record<State, number>>;

export const NO_CHANGES: ChangeCounts = { OK: 0, YELLOW: 0, RED: 0 };

export function createTrack({ name, clock, historyLimit, explain, onChange, onStanding }: TrackSetup): Track {
  const history: Change[] = [];
  const counts: Record<State, number> = { ...NO_CHANGES };
  let state: State | undefined;
  let sinceMs = 0;
  let enteredAt = 0;
  // Creates a new Date if a reader has changed the last one.
  const toSince = createDates();
  const standing = createStandingRecord(clock.monotonicNow);

  function record({ status, reason, checkedAt }: Pick<Outcome, "status" | "reason" | "checkedAt">): Date {
    if (status.state === state) return toSince(sinceMs);
    const from = state;
    const heldMs = from === undefined ? 0 : clock.monotonicNow() - enteredAt;
    state = status.state;
    standing.record(state);
    onStanding();
    enteredAt = clock.monotonicNow();
    // The wall clock may be set back, but a later change must not look earlier.
    sinceMs = Math.max(checkedAt, sinceMs);
    if (from !== undefined || state !== OK) {
      emit({ name, from, to: state, status, at: new Date(sinceMs), heldMs, ...(reason && { reason }) });
    }
    return toSince(sinceMs);
  }

  function emit(bareChange: Change): void {
    const change = Object.freeze(explain(bareChange));
    counts[change.to] += 1;
    history.push(change);
    if (history.length > historyLimit) history.shift();
    onChange(change);
  }

  return {
    record,
    history,
    counts,
    get standing() {
      return standing.current;
    },
    get isKnown() {
      return state !== undefined;
    },
    inherit: standing.inherit,
  };
}
