/** Two requests further apart belong to no rhythm: a check each five minutes that may come half a minute late. */
export const MAX_GAP_MS = 330_000;

/** Consecutive gaps that are about equally long make a rhythm. */
const RUN_GAPS = 4;
/** The longest of them is at most this many times as long as the shortest. */
const RUN_RATIO = 1.4;
/** Three requests within this many beats: one of them is not in the rhythm. */
const CROWDED_BEATS = 1.5;
/** After this many requests without a run of equal gaps, there is no rhythm, or the next one is not in it. */
const PATIENCE_REQUESTS = 12;
/** With this many requests that are not in its rhythm, another prober may hide behind the same identity. */
const CROWD = 3;
/**
 * What is known about how often somebody asks the probe. Anybody may ask under the identity of a balancer, as clients
 * do whose requests come through it. Their requests divide the balancer's gaps, so all that is trusted here is long
 * gaps: more requests never make the interval shorter.
 */
export interface Rhythm {
  /** The last requests, the oldest first. */
  readonly times: readonly number[];
  readonly requests: number;
  readonly firstAt: number;
  /** The two longest gaps, the longest first. */
  readonly longestMs: readonly number[];
  /** The shortest gap of the last run of equal gaps. */
  readonly beatMs: number | undefined;
  /** The longest gap in any run of equal gaps. */
  readonly steadyMs: number | undefined;
  readonly requestsSinceRun: number;
  /** When the last requests came that were not in the rhythm. */
  readonly extrasAt: readonly number[];
  /** It was steady, and nobody else asked, for as long as the slowest prober needs to be seen. */
  readonly isProven: boolean;
}

export const NO_RHYTHM: Rhythm = {
  times: [],
  requests: 0,
  firstAt: 0,
  longestMs: [],
  beatMs: undefined,
  steadyMs: undefined,
  requestsSinceRun: 0,
  extrasAt: [],
  isProven: false,
};

/** The rhythm after one more request. */
export function addRequest(before: Rhythm, now: number): Rhythm {
  const gapMs = now - (before.times.at(-1) ?? now);
  if (before.requests === 0 || gapMs > MAX_GAP_MS)
    return { ...NO_RHYTHM, times: [now], requests: 1, firstAt: now };
  const times = [...before.times, now].slice(-RUN_GAPS - 1);
  const next = {
    ...before,
    times,
    requests: before.requests + 1,
    longestMs: times.length > 1 ? addGap(before.longestMs, gapMs) : before.longestMs,
  };
  return prove(isRun(times) ? addRun(next) : addIrregular(next), now);
}

/** As the rhythm was, but the time until the next request is no gap. */
export function interrupt(rhythm: Rhythm): Rhythm {
  return { ...rhythm, times: [] };
}

/** Whether it is known how often this prober asks. */
export function isSteady({ steadyMs, isProven, extrasAt }: Rhythm): boolean {
  return steadyMs !== undefined && (isProven || extrasAt.length < CROWD);
}

/**
 * The longest time between two requests that must be reckoned with; `undefined` after a single request. If a slower
 * prober may hide behind this one, it is the longest time there is.
 */
export function toIntervalMs(rhythm: Rhythm): number | undefined {
  const { steadyMs, isProven, requests, longestMs } = rhythm;
  const [longest, secondLongest = 0] = longestMs;
  if (longest === undefined) return undefined;
  if (steadyMs === undefined) return requests > PATIENCE_REQUESTS ? MAX_GAP_MS : longest;
  if (!isSteady(rhythm)) return MAX_GAP_MS;
  if (isProven) return steadyMs;
  // One late check says nothing about the others, if all others are in the rhythm.
  return secondLongest <= RUN_RATIO * steadyMs ? Math.max(steadyMs, secondLongest) : longest;
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

/** What seemed to be out of the rhythm within a run was the beginning of a new one. */
function addRun(rhythm: Rhythm): Rhythm {
  const { times, steadyMs = 0, extrasAt } = rhythm;
  const [runStart = 0] = times;
  const gapsMs = toGaps(times);
  return {
    ...rhythm,
    beatMs: Math.min(...gapsMs),
    steadyMs: Math.max(steadyMs, ...gapsMs),
    requestsSinceRun: 0,
    extrasAt: extrasAt.filter((at) => at <= runStart),
  };
}

function addIrregular(rhythm: Rhythm): Rhythm {
  const { times, beatMs, requestsSinceRun, extrasAt } = rhythm;
  if (beatMs === undefined) return rhythm;
  const [now = 0, , beforeLast = Number.NEGATIVE_INFINITY] = times.toReversed();
  const isExtra = now - beforeLast < CROWDED_BEATS * beatMs || requestsSinceRun >= PATIENCE_REQUESTS;
  return {
    ...rhythm,
    requestsSinceRun: requestsSinceRun + 1,
    // The next run may forgive those within it, and the others must still be there.
    extrasAt: isExtra ? [...extrasAt, now].slice(-CROWD - RUN_GAPS) : extrasAt,
  };
}

function prove(rhythm: Rhythm, now: number): Rhythm {
  const { isProven, steadyMs, extrasAt, firstAt } = rhythm;
  const cleanMs = now - (extrasAt.at(-1) ?? firstAt);
  return { ...rhythm, isProven: isProven || (steadyMs !== undefined && cleanMs >= MAX_GAP_MS) };
}
