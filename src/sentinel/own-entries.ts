import type { Entry } from "../core/report.ts";
import { RED, type State, YELLOW } from "../core/state.ts";
import { prefixUntilFree } from "../util/free-name.ts";

/**
 * The sentinel's entries, in addition to the published ones. There are none while the main thread is healthy.
 */
export interface OwnEntries {
  /** In every report: an entry for the missing first report. Empty after the first round. */
  readonly always: readonly Entry[];
  /** In old reports, and in reports that request it by name: the state of the main thread. */
  readonly whenOld: readonly Entry[];
  readonly isOld: boolean;
}

export interface MainThreadFacts {
  /** How long its event loop has been blocked. */
  readonly silenceMs: number;
  /** Age of the last round of publishing, or the wait for the first. */
  readonly reportAgeMs: number;
  readonly hasPublished: boolean;
  readonly publishMs: number;
  readonly wedgedAfterMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The main thread counts as busy after this silence. */
export const BUSY_AFTER_MS = 1_000;

/** A report is old after this number of missed rounds. */
const OLD_AFTER_ROUNDS = 3;

export function toOwnEntries(facts: MainThreadFacts, isTaken: (name: string) => boolean): OwnEntries {
  const { silenceMs, reportAgeMs, hasPublished, publishMs, now } = facts;
  const isBusy = silenceMs >= BUSY_AFTER_MS;
  const name = prefixUntilFree("EventLoop", "Sentinel", isTaken);
  const busy: Said = { name, scope: "local", ...judge(facts), since: now - silenceMs };
  return {
    // Before the first report, no names are taken.
    always: hasPublished ? [] : [toEntry({ ...NOT_PUBLISHED, since: now - reportAgeMs }, now)],
    whenOld: isBusy ? [toEntry(busy, now)] : [],
    isOld: !hasPublished || reportAgeMs > OLD_AFTER_ROUNDS * publishMs,
  };
}

type Said = Pick<Entry, "name" | "scope"> & {
  readonly state: State;
  readonly detail: string;
  readonly since: number;
};

/** Not `local`, so that it does not affect liveness: a restart would not speed up the first report. */
const NOT_PUBLISHED: Omit<Said, "since"> = {
  name: "Publication",
  scope: "instance",
  state: RED,
  detail: "the main thread has not published a report yet",
};

function judge({ silenceMs, wedgedAfterMs }: MainThreadFacts): Pick<Said, "state" | "detail"> {
  const isWedged = silenceMs >= wedgedAfterMs;
  const seconds = Math.floor(silenceMs / 1_000);
  return {
    state: isWedged ? RED : YELLOW,
    detail: `main thread ${isWedged ? "wedged" : "busy"} for ${seconds} s`,
  };
}

function toEntry({ name, scope, state, detail, since }: Said, now: number): Entry {
  const status = Object.freeze({ state, detail });
  return {
    name,
    status,
    rawStatus: status,
    critical: true,
    scope,
    checkedAt: new Date(now),
    durationMs: now - since,
    since: new Date(since),
    reason: "reported",
    dependsOn: [],
  };
}
