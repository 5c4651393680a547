/** Maximum gap within a rhythm: a check every five minutes that may come half a minute late. */
export const MAX_GAP_MS = 330_000;

/** Number of consecutive, about equal gaps that make a rhythm. */
const RUN_GAPS = 4;
/** Maximum ratio of the longest to the shortest of these gaps. */
const RUN_RATIO = 1.4;
/** If three requests arrive within this many intervals, one of them is outside the rhythm. */
const CROWDED_BEATS = 1.5;
/**
 * After this many requests without a run of equal gaps, there is no rhythm, or the next request is not in it.
 */
const PATIENCE_REQUESTS = 12;
/** From this many requests outside its rhythm, another prober may hide behind the same identity. */
const CROWD = 3;
/** If the event loop was blocked for a larger share of a gap, its length is unknown. */
const MAX_BLUR = 0.2;
/** If a larger share of the requests comes later than the rhythm allows, there is none. */
const MAX_LATE_SHARE = 0.05;
/**
 * The learned interval of a prober. Other clients may have the identity of a balancer, for example if their
 * requests come through it. Their requests split the balancer's gaps, so only long gaps are trusted: more
 * requests never make the interval shorter.
 */
export interface Rhythm {
  /** The last requests, the oldest first. */
  readonly times: readonly number[];
  readonly requests: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The two longest gaps, the longest first. */
  readonly longestMs: readonly number[];
  /** The shortest gap of the last run of equal gaps. */
  readonly beatMs: number | undefined;
  /** The longest gap in any run of equal gaps. */
  readonly steadyMs: number | undefined;
  readonly requestsSinceRun: number;
  /** The times of the last requests outside the rhythm. */
  readonly extrasAt: readonly number[];
  /** Number of requests that came later than the rhythm allows. */
  readonly late: number;
  /** Start of the first run of equal gaps, or the last request that came later than the rhythm allows. */
  readonly steadySince: number;
  /** The rhythm was steady, without other requests, for as long as it takes to see the slowest prober. */
  readonly isProven: boolean;
}

export const NO_RHYTHM: Rhythm = {
  times: [],
  requests: 0,
  firstAt: 0,
  lastAt: 0,
  longestMs: [],
  beatMs: undefined,
  steadyMs: undefined,
  requestsSinceRun: 0,
  extrasAt: [],
  late: 0,
  steadySince: 0,
  isProven: false,
};

/**
 * Returns the rhythm after another request. `stalledMs` is the time since the last request in which the event
 * loop was blocked.
 */
export function addRequest(before: Rhythm, now: number, stalledMs = 0): Rhythm {
  const gapMs = now - (before.times.at(-1) ?? now);
  if (before.requests === 0 || gapMs > MAX_GAP_MS)
    return { ...NO_RHYTHM, times: [now], requests: 1, firstAt: now, lastAt: now };
  if (stalledMs > MAX_BLUR * (now - before.lastAt)) return addBlurred(before, now, stalledMs);
  const times = [...before.times, now].slice(-RUN_GAPS - 1);
  const next = {
    ...before,
    times,
    requests: before.requests + 1,
    lastAt: now,
    longestMs: times.length > 1 ? addGap(before.longestMs, gapMs) : before.longestMs,
  };
  return prove(isRun(times) ? addRun(next) : addIrregular(next), now);
}

/**
 * Adds a request that was seen late, or whose predecessor was. The gaps before and after it are unknown, so it is
 * neither late nor outside the rhythm. Without a rhythm, the gap counts in full, because there may be no others.
 */
function addBlurred(before: Rhythm, now: number, stalledMs: number): Rhythm {
  const { steadyMs, longestMs, requests, lastAt } = before;
  const gapMs = Math.max(0, now - lastAt - (steadyMs === undefined ? 0 : stalledMs));
  return prove(
    { ...before, times: [], requests: requests + 1, lastAt: now, longestMs: addGap(longestMs, gapMs) },
    now,
  );
}

/** Returns the same rhythm, but the time until the next request does not count as a gap. */
export function interrupt(rhythm: Rhythm): Rhythm {
  return { ...rhythm, times: [] };
}

/** Whether the prober's interval is known. */
export function isSteady({ steadyMs, isProven, extrasAt, late, requests }: Rhythm): boolean {
  const isRegular = extrasAt.length < CROWD && late < Math.max(CROWD, MAX_LATE_SHARE * requests);
  return steadyMs !== undefined && (isProven || isRegular);
}

/**
 * The maximum expected time between two requests; `undefined` after a single request. `MAX_GAP_MS` if a
 * slower prober may hide behind this one.
 */
export function toIntervalMs(rhythm: Rhythm): number | undefined {
  const { steadyMs, isProven, requests, longestMs } = rhythm;
  const [longest, secondLongest = 0] = longestMs;
  if (longest === undefined) return undefined;
  if (steadyMs === undefined)
    return requests > PATIENCE_REQUESTS ? MAX_GAP_MS : toIrregularMs(rhythm, longest);
  if (!isSteady(rhythm)) return MAX_GAP_MS;
  if (isProven) return steadyMs;
  // A single late check does not count if all others are in the rhythm.
  return secondLongest <= RUN_RATIO * steadyMs ? Math.max(steadyMs, secondLongest) : longest;
}

/** If one prober sent enough of the requests for a run, they span as many of its intervals as a run has gaps. */
function toIrregularMs({ requests, firstAt, lastAt }: Rhythm, longestMs: number): number {
  const shareMs = requests > RUN_GAPS ? (lastAt - firstAt) / RUN_GAPS : 0;
  return Math.max(longestMs, shareMs);
}

function addGap(longestMs: readonly number[], gapMs: number): readonly number[] {
  return [...longestMs, gapMs].sort((one, other) => other - one).slice(0, 2);
}

function toGaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? time));
}

function isRun(times: readonly number[]): boolean {
  const gapsMs = toGaps(times);
  const shortest = Math.min(...gapsMs);
  return gapsMs.length === RUN_GAPS && shortest > 0 && Math.max(...gapsMs) <= RUN_RATIO * shortest;
}

/** Requests within the run that seemed to be outside the rhythm were the start of a new one. */
function addRun(rhythm: Rhythm): Rhythm {
  const { times, steadyMs = 0, extrasAt } = rhythm;
  const [runStart = 0] = times;
  const gapsMs = toGaps(times);
  const longest = Math.max(...gapsMs);
  return {
    ...rhythm,
    beatMs: Math.min(...gapsMs),
    steadyMs: Math.max(steadyMs, longest),
    ...(longest > RUN_RATIO * steadyMs ? { late: 0, steadySince: runStart } : {}),
    requestsSinceRun: 0,
    extrasAt: extrasAt.filter((at) => at <= runStart),
  };
}

function addIrregular(rhythm: Rhythm): Rhythm {
  const { times, beatMs = 0, steadyMs = 0, requestsSinceRun, extrasAt, late, steadySince } = rhythm;
  const [now = 0, last = now, beforeLast = Number.NEGATIVE_INFINITY] = times.toReversed();
  const isLate = now - last > RUN_RATIO * steadyMs;
  const isExtra = now - beforeLast < CROWDED_BEATS * beatMs || requestsSinceRun >= PATIENCE_REQUESTS;
  return {
    ...rhythm,
    requestsSinceRun: requestsSinceRun + 1,
    // The next run may remove the extras within it, so earlier ones must be kept too.
    extrasAt: isExtra ? [...extrasAt, now].slice(-CROWD - RUN_GAPS) : extrasAt,
    late: isLate ? late + 1 : late,
    steadySince: isLate ? now : steadySince,
  };
}

function prove(rhythm: Rhythm, now: number): Rhythm {
  const { isProven, steadyMs, extrasAt, steadySince } = rhythm;
  const cleanMs = now - Math.max(steadySince, ...extrasAt);
  return { ...rhythm, isProven: isProven || (steadyMs !== undefined && cleanMs >= MAX_GAP_MS) };
}
