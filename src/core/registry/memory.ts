import type { Clock } from "../../util/clock.ts";
import type { ToDate } from "../../util/dates.ts";
import type { ResolvedHandlerOptions } from "../handler-options.ts";
import { type Outcome, toFailure } from "../outcome.ts";
import type { Entry } from "../report.ts";
import type { Track } from "./track.ts";

export interface MemorySetup {
  readonly name: string;
  readonly options: ResolvedHandlerOptions;
  readonly clock: Clock;
  readonly track: Track;
  readonly toDate: ToDate;
  /** The last entry of the handler that had this name before. */
  readonly predecessor: Entry | undefined;
}

/** The last entry of a handler. */
export interface Memory {
  /** `undefined` before the first. */
  readonly last: Entry | undefined;
  /** Whether there is an entry to report. Before the first entry, `getKnown()` returns a substitute. */
  readonly isKnown: boolean;
  /**
   * The last entry. Before the first: that of the replaced handler, or a placeholder: RED, `hung`.
   *
   * @param runningMs How long the first run has taken.
   */
  getKnown(runningMs: number): Entry;
  /** Converts an outcome to the last entry, and records a change. */
  remember(outcome: Outcome): Entry;
  /** Replaces an entry that is too old by a stale one, and records a change. */
  toStale(entry: Entry, ageMs: number): Entry;
  readonly isStopped: boolean;
  /** From now on, every entry is stale. */
  stop(): void;
}

export function createMemory({ name, options, clock, track, toDate, predecessor }: MemorySetup): Memory {
  let last: Entry | undefined;
  /** Replaces the first entry until there is one. */
  let standIn = predecessor;
  let isStopped = false;

  function recall(entry: Entry): Entry {
    last = entry;
    return entry;
  }

  /** The entry for a result that arrived after the handler was stopped. */
  function toUnknown(outcome: Outcome): Entry {
    return toEntry({ ...outcome, ...toFailure("stale", NOT_ASKED) }, new Date(outcome.checkedAt));
  }

  /**
   * The placeholder for a first entry. It is not reported as a change, because it is not a result. It does
   * not affect liveness, because a restart would not produce a result either.
   */
  function toUnanswered(durationMs: number): Entry {
    const { status, reason } = toFailure("hung", "has not answered yet");
    const checkedAt = clock.now();
    const outcome = { status, rawStatus: status, reason, checkedAt, durationMs };
    const scope = options.scope === "local" ? "instance" : options.scope;
    const since = Math.min(checkedAt, standIn?.since.getTime() ?? checkedAt);
    return { ...toEntry(outcome, toDate(since)), scope };
  }

  function toEntry(outcome: Omit<Outcome, "aheadMs">, since: Date): Entry {
    const { status, rawStatus, reason, durationMs } = outcome;
    const { critical, scope, dependsOn, info } = options;
    const checkedAt = toDate(outcome.checkedAt);
    const ran = { status, rawStatus, checkedAt, durationMs, since };
    const known = { name, ...ran, critical, scope, dependsOn, ...info };
    return reason === undefined ? known : { ...known, reason };
  }

  return {
    get last() {
      return last;
    },
    get isKnown() {
      return (last ?? standIn) !== undefined;
    },
    getKnown(runningMs) {
      if (last !== undefined) return last;
      standIn = predecessor ?? toUnanswered(runningMs);
      return standIn;
    },
    remember(outcome) {
      if (isStopped) return last ?? recall(toUnknown(outcome));
      const entry = toEntry(outcome, track.record(outcome));
      // A listener for the change may have stopped the handler.
      return recall(isStopped ? toStale(entry, NOT_ASKED) : entry);
    },
    toStale(entry, ageMs) {
      const stale = toStale(entry, `the last result is ${Math.round(ageMs / 1_000)} s old`);
      const { status } = stale;
      const checkedAt = clock.now();
      const aheadMs = checkedAt - clock.monotonicNow();
      return recall({ ...stale, since: track.record({ status, reason: "stale", checkedAt, aheadMs }) });
    },
    get isStopped() {
      return isStopped;
    },
    stop() {
      isStopped = true;
      if (last !== undefined) last = toStale(last, NOT_ASKED);
    },
  };
}

const NOT_ASKED = "no longer needed";

function toStale(entry: Entry, why: string): Entry {
  const { status } = toFailure("stale", `${why}: it was ${entry.status.state}`);
  return { ...entry, status, reason: "stale" };
}
