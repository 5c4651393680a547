/** The time window of the recorded traffic. */
export const TRAFFIC_WINDOW_MS = 60_000;

const BUCKET_MS = 1_000;
const BUCKETS = TRAFFIC_WINDOW_MS / BUCKET_MS;

interface Bucket {
  /** The second that the slot covers. Data from an older second does not count. */
  second: number;
  requests: number;
  largestGapMs: number;
}

/** The traffic of the last minute. */
export interface TrafficSummary {
  readonly requests: number;
  /** The longest time between two requests, up to now, minus the stalls of the event loop. */
  readonly largestGapMs: number;
}

/**
 * Records the times of ordinary requests in a fixed amount of memory. `stalledMs` is the total time that the
 * event loop was blocked until then.
 */
export interface Traffic {
  /** Records a request at this moment, which may be in the past. */
  record(at: number, stalledMs?: number): void;
  /** The time of the last request; `undefined` if there was none. */
  readonly lastRequestAt: number | undefined;
  summarize(now: number, stalledMs?: number): TrafficSummary;
}

export function createTraffic(): Traffic {
  const buckets: Bucket[] = Array.from({ length: BUCKETS }, () => ({
    second: -1,
    requests: 0,
    largestGapMs: 0,
  }));
  let lastRequestAt: number | undefined;
  let lastStalledMs = 0;

  function toGapMs(at: number, stalledMs: number): number {
    return lastRequestAt === undefined ? 0 : at - lastRequestAt - (stalledMs - lastStalledMs);
  }

  return {
    record(at, stalledMs = 0) {
      const second = Math.floor(at / BUCKET_MS);
      const bucket = buckets[second % BUCKETS];
      const gapMs = toGapMs(at, stalledMs);
      if (at >= (lastRequestAt ?? at)) {
        lastRequestAt = at;
        lastStalledMs = stalledMs;
      }
      if (bucket === undefined || bucket.second > second) return;
      if (bucket.second !== second) Object.assign(bucket, { second, requests: 0, largestGapMs: 0 });
      bucket.requests += 1;
      bucket.largestGapMs = Math.max(bucket.largestGapMs, gapMs);
    },
    get lastRequestAt() {
      return lastRequestAt;
    },
    summarize(now, stalledMs = 0) {
      const oldest = Math.floor(now / BUCKET_MS) - BUCKETS;
      const recent = buckets.filter(({ second }) => second > oldest);
      const gapsMs = recent.map(({ largestGapMs }) => largestGapMs);
      return {
        requests: recent.reduce((sum, { requests }) => sum + requests, 0),
        largestGapMs: Math.max(toGapMs(now, stalledMs), ...gapsMs),
      };
    },
  };
}
