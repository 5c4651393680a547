import type { ProbeState } from "./probe-setting.ts";
import type { State } from "./state.ts";
import type { Reason } from "./status.ts";

/** A period of time. It includes its start, not its end. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** An event that a recorder has stored. */
export type RecordedEvent = RecordedChange | RecordedProbeChange | RecordedStart | RecordedEnd | RecordedLoss;

/** A change of a handler's reported state. */
export interface RecordedChange {
  readonly kind: "change";
  readonly at: Date;
  readonly name: string;
  /** `undefined` for a first result that is not OK. */
  readonly from: State | undefined;
  readonly to: State;
  /** Why the state is not OK. */
  readonly reason?: Reason;
  /** The reported detail, without secrets and in one line. */
  readonly detail?: string;
  /** How long the previous state lasted; 0 if there was none. */
  readonly heldMs: number;
  /** The process that recorded it. */
  readonly instance: string;
}

/** A change of the probe. */
export interface RecordedProbeChange {
  readonly kind: "probe";
  readonly at: Date;
  readonly body: string;
  readonly state: ProbeState;
  readonly reason?: string;
  readonly until?: Date;
  readonly by?: string;
  readonly instance: string;
}

/** The start of a process. */
export interface RecordedStart {
  readonly kind: "start";
  readonly at: Date;
  readonly instance: string;
  /** The application's version. */
  readonly version?: string;
  /** The previous process ended without recording it, some time after this moment. */
  readonly lostSince?: Date;
}

/** The orderly end of a process, or of its recording. */
export interface RecordedEnd {
  readonly kind: "end";
  readonly at: Date;
  readonly instance: string;
}

/** Changes that could not be stored, because the disk did not accept them in time. */
export interface RecordedLoss {
  readonly kind: "lost";
  readonly at: Date;
  readonly changes: number;
  readonly instance: string;
}

export interface EventsQuery extends Period {
  /** Only the changes of this handler. Default: all events. */
  readonly name?: string | undefined;
  /** Maximum number of events; the newest are returned. */
  readonly limit: number;
  /** Number of newest events to skip, to read page by page. */
  readonly skip?: number;
}

/**
 * The share of a period that a handler spent in each state, and the share that was not recorded. The sum is 1.
 */
export interface Availability extends Period {
  readonly OK: number;
  readonly YELLOW: number;
  readonly RED: number;
  readonly unknown: number;
}

/** From this moment on, the state was this. */
export interface RecordedTurn {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly mark: State | "unknown";
}

/** The states and the starts in a period. */
export interface RecordedTurns {
  /** The states of each handler, oldest first. The first one is at the start of the period. */
  readonly handlers: ReadonlyMap<string, readonly RecordedTurn[]>;
  /** The starts of processes, in milliseconds since 1970. */
  readonly starts: readonly number[];
}

/** A handler's state at a moment. */
export interface RecordedState {
  readonly name: string;
  readonly state: State;
  readonly since: Date;
  readonly reason?: Reason;
  /** Missing too if the change to this state is no longer stored. */
  readonly detail?: string;
}

/** The known states at a moment. */
export interface RecordedMoment {
  /** Handlers whose state is unknown are missing. */
  readonly states: readonly RecordedState[];
  /** The nearest changes before and after it. */
  readonly earlier?: Date;
  readonly later?: Date;
}

/** The recorded past of a registry. */
export interface RecordedPast {
  /** Oldest first. `isComplete` is `false` if older events match too. */
  getEvents(
    query: EventsQuery,
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly isComplete: boolean }>;
  getAvailability(name: string, period: Period): Promise<Availability>;
  /** Reads all changes of the period, so the caller caches the result. */
  getTurns(period: Period): Promise<RecordedTurns>;
  getMoment(at: Date): Promise<RecordedMoment>;
}

const DAY_MS = 86_400_000;

/** The start of a period of which only the end is given: the 24 hours before it. */
export function toDefaultFrom(to: Date): Date {
  return new Date(to.getTime() - DAY_MS);
}

/** The share of the time from the first turn to the end in each state. */
export function toShares(
  turns: readonly RecordedTurn[],
  end: number,
): Readonly<Record<RecordedTurn["mark"], number>> {
  const shares = { OK: 0, YELLOW: 0, RED: 0, unknown: 0 };
  const totalMs = end - (turns[0]?.at ?? end);
  for (const [index, { at, mark }] of turns.entries())
    shares[mark] += ((turns[index + 1]?.at ?? end) - at) / totalMs;
  return shares;
}
