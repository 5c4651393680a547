import type { Clock } from "../../util/clock.ts";
import { createStart, type Start } from "../../util/start.ts";
import type { Change } from "../change.ts";
import type { Outcome } from "../outcome.ts";
import type { Standing } from "../readiness/rule.ts";
import { createStandingRecord } from "../readiness/standing.ts";
import { OK, STATES, type State } from "../state.ts";
import { correctHistory } from "./correct-times.ts";

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

/** The part of an outcome that a track needs. */
export type TrackedOutcome = Pick<Outcome, "status" | "reason" | "checkedAt" | "aheadMs">;

/** The record of a name: its state, since when, and its last changes. It is kept when the handler is replaced. */
export interface Track {
  /** Records an outcome, reports it if it is a change, and returns the start of the state. */
  record(outcome: TrackedOutcome): Date;
  /**
   * The start of the state, by the wall clock that is this far ahead of the monotonic clock. `undefined` before the first
   * result.
   */
  findSince(aheadMs: number): Date | undefined;
  readonly history: readonly Change[];
  /** Number of changes to each state, including changes that the history no longer contains. */
  readonly counts: ChangeCounts;
  readonly standing: Standing;
  /** Whether the handler has had a result. */
  readonly isKnown: boolean;
  /** Continues from the standing in other processes. */
  inherit(others: Standing): void;
  /** For a recorder; `undefined` before the first result in this process. */
  readonly snapshot: HandlerRecord | undefined;
  /**
   * Continues the record of an earlier process. Its state is not a result: it only decides whether the first result is
   * a change.
   */
  restore(past: PastRecord): void;
}

/** A snapshot of a handler's record. Times are in milliseconds since 1970. */
export interface HandlerRecord {
  readonly name: string;
  readonly state: State;
  /** Start of the state, which may be in an earlier process. */
  readonly since: number;
  /** The first result in this process. */
  readonly firstResultAt: number;
  readonly counts: ChangeCounts;
}

/** The record of a handler in earlier processes. */
export interface PastRecord extends Pick<HandlerRecord, "state" | "since" | "counts"> {
  /** Oldest first. */
  readonly history: readonly Change[];
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
  let firstResultAt: number | undefined;
  const since = createStart(clock, function followClock(elapsedMs, now) {
    firstResultAt = firstResultAt && Math.min(firstResultAt, toMs(since));
    correctHistory(history, elapsedMs, now);
  });
  const standing = createStandingRecord(clock.monotonicNow);

  function record({ status, reason, checkedAt, aheadMs }: TrackedOutcome): Date {
    if (firstResultAt === undefined || status.state !== state) {
      firstResultAt ??= checkedAt;
      standing.record(status.state);
      onStanding();
    }
    if (status.state === state) return since.dateFor(aheadMs);
    const from = state;
    const heldMs = from === undefined ? 0 : since.elapsedMs;
    state = status.state;
    // A later change must not look earlier.
    since.set(from === undefined ? checkedAt : Math.max(checkedAt, toMs(since)));
    if (from !== undefined || state !== OK) {
      emit({ name, from, to: state, status, at: new Date(since.date), heldMs, ...(reason && { reason }) });
    }
    return since.date;
  }

  function emit(bareChange: Change): void {
    const change = Object.freeze(explain(bareChange));
    counts[change.to] += 1;
    history.push(change);
    if (history.length > historyLimit) history.shift();
    onChange(change);
  }

  function restore(past: PastRecord): void {
    const [first] = history;
    const isFirst = state !== undefined && toMs(since) === firstResultAt && history.length <= 1;
    if (first !== undefined && first.from === undefined) amendFirst(first, past.state);
    for (const each of STATES) counts[each] += past.counts[each];
    const room = historyLimit - history.length;
    if (room > 0) history.unshift(...past.history.slice(-room));
    if (state === undefined || (isFirst && state === past.state)) continueState(past);
    // A first result that is OK was not reported, because nothing was known before it.
    else if (isFirst && state === OK) emitLate(past);
  }

  /**
   * The first result came before the earlier records were read. It is not a change if the state was the same
   * before.
   */
  function amendFirst(first: Change, before: State): void {
    if (first.to !== before) history[0] = Object.freeze({ ...first, from: before });
    else {
      history.shift();
      counts[before] -= 1;
    }
  }

  function continueState(past: PastRecord): void {
    const now = clock.now();
    state = past.state;
    since.adopt(new Date(Math.min(past.since, now)));
  }

  function emitLate(past: PastRecord): void {
    const at = new Date(since.date);
    const heldMs = Math.max(0, at.getTime() - past.since);
    emit({ name, from: past.state, to: OK, status: { state: OK }, at, heldMs });
  }

  return {
    record,
    findSince: (aheadMs) => state && since.dateFor(aheadMs),
    get history() {
      // First, because it also corrects the history.
      return since.date && history;
    },
    counts,
    get standing() {
      return standing.current;
    },
    get isKnown() {
      return firstResultAt !== undefined;
    },
    inherit: standing.inherit,
    get snapshot() {
      const sinceMs = toMs(since);
      if (state === undefined || firstResultAt === undefined) return undefined;
      return { name, state, since: sinceMs, firstResultAt, counts: { ...counts } };
    },
    restore,
  };
}

function toMs({ date }: Start): number {
  return date.getTime();
}
