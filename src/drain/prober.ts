import { addRequest, isSteady, NO_RHYTHM, type Rhythm, toIntervalMs } from "./rhythm.ts";
import type { Stalled } from "./stalls.ts";

/** A prober that was first seen less than this before the decommissioning does not count as evidence. */
const KNOWN_AFTER_MS = 3_000;

/** If other workers answer some of the requests, there is no rhythm, so the number of requests decides. */
const ESTABLISHED_REQUESTS = 5;

/** Time after a stall of the event loop in which requests that arrived during the stall are served. */
const QUEUE_MS = 100;

/** A client that requests the probe repeatedly. */
export interface Prober {
  readonly id: string;
  /** The name for logs: its product, or its address. */
  readonly label: string;
  /** All its requests came from a kubelet, the health checker of Kubernetes. */
  readonly isKubelet: boolean;
  /** The maximum expected time between two of its requests; `undefined` after a single request. */
  readonly intervalMs: number | undefined;
  /** Its interval was known well before the decommissioning. */
  readonly isKnown: boolean;
  readonly lastProbedAt: number;
  /** Number of refusals since the decommissioning, and the status code of the last one. */
  readonly refusals: number;
  readonly refusedWith: number | undefined;
  /**
   * When it will have been refused often enough at its own interval; `undefined` if there are too few
   * refusals.
   */
  readonly convincedAt: number | undefined;
}

export interface KnownProber extends Prober {
  readonly rhythm: Rhythm;
  /** The time until its last request in which the event loop was blocked. */
  readonly stalledMs: number;
  /** Its interval is too long for the drain, and a warning was logged. */
  readonly isWarnedOf: boolean;
  /** The last request before the decommissioning; `undefined` if there was none. */
  readonly probedBeforeAt: number | undefined;
  /** The times of the refusals that count: at most one per interval. */
  readonly countedAt: readonly number[];
}

type Refusals = Pick<
  KnownProber,
  "refusals" | "refusedWith" | "convincedAt" | "countedAt" | "isKnown" | "probedBeforeAt"
>;

export const UNREFUSED: Refusals = {
  refusals: 0,
  refusedWith: undefined,
  convincedAt: undefined,
  countedAt: [],
  isKnown: false,
  probedBeforeAt: undefined,
};

export const UNKNOWN: Omit<KnownProber, "id"> = {
  ...UNREFUSED,
  label: "",
  isKubelet: true,
  isWarnedOf: false,
  intervalMs: undefined,
  lastProbedAt: 0,
  rhythm: NO_RHYTHM,
  stalledMs: 0,
};

export interface Learning {
  readonly now: number;
  readonly stalled: Stalled;
  /** Other workers answer some of each prober's requests, so none has a rhythm here. */
  readonly isShared: boolean;
  /** Whether the probe is decommissioned. */
  readonly isCounting: boolean;
}

/** Returns the prober after another request. */
export function learn(prober: KnownProber, { now, stalled, isShared, isCounting }: Learning): KnownProber {
  // Requests after the decommissioning do not change an interval that was learned before it.
  if (prober.probedBeforeAt !== undefined && prober.intervalMs !== undefined)
    return { ...prober, lastProbedAt: now };
  const { totalMs: stalledMs, endedAt } = stalled;
  // After a stall, several requests of a prober may wait. Their times are unknown, and the first one counts.
  const isQueued = now - endedAt < QUEUE_MS && prober.lastProbedAt >= endedAt;
  const rhythm = isQueued ? prober.rhythm : addRequest(prober.rhythm, now, stalledMs - prober.stalledMs);
  const intervalMs = isShared || isCounting ? rhythm.longestMs[0] : toIntervalMs(rhythm);
  return { ...prober, rhythm, stalledMs, lastProbedAt: now, intervalMs };
}

export function isEstablished({ rhythm }: KnownProber, isShared: boolean): boolean {
  return isShared ? rhythm.requests >= ESTABLISHED_REQUESTS : rhythm.steadyMs !== undefined;
}

export function isKnownAt(
  prober: KnownProber,
  { now, isShared }: Omit<Learning, "isCounting" | "stalled">,
): boolean {
  const { rhythm } = prober;
  const hasRhythm = isShared ? isEstablished(prober, isShared) : isSteady(rhythm);
  return hasRhythm && now - rhythm.firstAt >= KNOWN_AFTER_MS;
}

interface Refusal {
  readonly status: number;
  readonly now: number;
  readonly redsSeen: number;
}

/** Returns the prober after a refusal. */
export function refuse(prober: KnownProber, { status, now, redsSeen }: Refusal): KnownProber {
  const { refusals, countedAt, convincedAt, intervalMs = 0 } = prober;
  const lastCountedAt = countedAt.at(-1) ?? Number.NEGATIVE_INFINITY;
  const counts = now - lastCountedAt >= intervalMs / 2;
  const next = { ...prober, refusals: refusals + 1, refusedWith: status };
  if (!counts || convincedAt !== undefined) return next;
  const nowCountedAt = [...countedAt, now];
  return {
    ...next,
    countedAt: nowCountedAt,
    convincedAt: nowCountedAt.length < redsSeen ? undefined : toConvincedAt(prober, nowCountedAt),
  };
}

/**
 * Other clients with the same identity may have received some of the refusals. The prober itself sends at
 * least one request in each interval after its last known request.
 */
function toConvincedAt(
  { probedBeforeAt, intervalMs = 0 }: KnownProber,
  countedAt: readonly number[],
): number {
  const [first = 0] = countedAt;
  const last = countedAt.at(-1) ?? first;
  const startedAt = probedBeforeAt ?? first - intervalMs;
  return Math.max(last, startedAt + countedAt.length * intervalMs);
}
