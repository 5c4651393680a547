import type { Entry } from "../core/report.ts";
import { RED, type State, YELLOW } from "../core/state.ts";
import { toFreeName } from "../util/free-name.ts";

/** What the sentinel says beside what was published. Nothing of it while all is well. */
export interface OwnEntries {
  /** Stands in each report: that there is none yet. */
  readonly always: readonly Entry[];
  /** How the main thread is. Stands in reports that are old, and where it is asked for by its name. */
  readonly whenOld: readonly Entry[];
  readonly isOld: boolean;
}

export interface MainThreadFacts {
  /** Since when its event loop has not turned. */
  readonly silenceMs: number;
  /** How old the last round of publishing is, or for how long there was none. */
  readonly reportAgeMs: number;
  readonly hasPublished: boolean;
  readonly publishMs: number;
  readonly wedgedAfterMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** From this silence on the main thread counts as busy. */
export const BUSY_AFTER_MS = 1_000;

/** A report that has missed so many rounds is old. */
const OLD_AFTER_ROUNDS = 3;

export function toOwnEntries(facts: MainThreadFacts, isTaken: (name: string) => boolean): OwnEntries {
  const { silenceMs, reportAgeMs, hasPublished, publishMs, now } = facts;
  const isBusy = silenceMs >= BUSY_AFTER_MS;
  const name = toFreeName("EventLoop", "Sentinel", isTaken);
  const busy: Said = { name, scope: "local", ...judge(facts), since: now - silenceMs };
  return {
    // Before the first report no name is taken.
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

/** No restart would bring it about sooner, so liveness does not look at it. */
const NOT_PUBLISHED: Omit<Said, "since"> = {
  name: "Publication",
  scope: "shared",
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
