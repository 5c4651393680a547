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
  /** How long the state before lasted; 0 if there was none. */
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
  /** The process before it ended without saying so, some time after this moment. */
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
  /** Number of newest events to leave out, to read page by page. */
  readonly skip?: number;
}

/**
 * The share of a period that a handler spent in each state, and the share that nobody recorded. Together they are 1.
 */
export interface Availability extends Period {
  readonly OK: number;
  readonly YELLOW: number;
  readonly RED: number;
  readonly unknown: number;
}

/** The recorded past of a registry. */
export interface RecordedPast {
  /** Oldest first. `isComplete` is `false` if older events match too. */
  getEvents(
    query: EventsQuery,
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly isComplete: boolean }>;
  getAvailability(name: string, period: Period): Promise<Availability>;
}
