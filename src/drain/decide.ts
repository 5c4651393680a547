import type { Prober } from "./prober.ts";
import type { TrafficSummary } from "./traffic.ts";

/**
 * Why the wait ended: all probers have left and no requests came (`evidence`), only kubelets probed and no
 * connection or request came (`quiet`), there was too little evidence and `fallbackMs` had passed
 * (`fallback`), `capMs` had passed (`cap`), `fixedMs` had passed (`fixed`), the deadline was near
 * (`deadline`), the balancers did not have to leave, because other workers of the cluster keep serving
 * (`peers`), or there was nothing to wait for: the process runs in a terminal and was never probed
 * (`development`), nothing kept it alive (`idle`), or it has no server (`no-server`).
 */
export type Rule =
  | "evidence"
  | "quiet"
  | "fallback"
  | "cap"
  | "fixed"
  | "deadline"
  | "peers"
  | "development"
  | "idle"
  | "no-server";

/** Minimum number of requests in the minute before. With fewer, their absence is no evidence. */
const MIN_PROVING_REQUESTS = 30;

/** Minimum silence that counts as evidence. */
export const MIN_QUIET_MS = 1_000;

/** Maximum silence to wait for if only kubelets probe. The minimum wait covers services with less traffic. */
const MAX_KUBELET_QUIET_MS = 1_500;

/**
 * Time that a balancer may need to act on its last refusal. Traffic of other balancers can hide this delay.
 */
const REACTION_MS = 500;

/** A prober that has sent no request for this many intervals has left. */
const GONE_AFTER_INTERVALS = 3;

/** Time that the event loop needs after a stall to receive the requests that arrived meanwhile. */
const SETTLE_MS = 200;

export interface Waits {
  readonly floorMs: number;
  readonly capMs: number;
  readonly fallbackMs: number;
  readonly fixedMs?: number;
  /** @default "quiet" */
  readonly fallback?: "quiet" | "fixed";
  readonly quietMs?: number;
  readonly redsSeen?: number;
}

export interface Evidence {
  readonly now: number;
  readonly decommissionedAt: number;
  readonly probers: readonly Prober[];
  /** `false`: there were too many probers to remember, and a forgotten one may be a balancer. */
  readonly isComplete: boolean;
  /** When the event loop was last unblocked. */
  readonly stallEndedAt?: number;
  readonly lastRequestAt: number | undefined;
  /** When the newest open connection without a request was opened. */
  readonly lastConnectionAt?: number | undefined;
  /** The traffic of the minute before the decommissioning. */
  readonly before: TrafficSummary;
}

/** Returns the rule that ends the wait, or `undefined` to continue waiting. */
export function decideToLeave(evidence: Evidence, waits: Waits): Rule | undefined {
  const elapsedMs = evidence.now - evidence.decommissionedAt;
  if (waits.fixedMs !== undefined) return elapsedMs >= waits.fixedMs ? "fixed" : undefined;
  const rule = elapsedMs >= waits.floorMs ? toProof(evidence, waits) : undefined;
  return rule ?? (elapsedMs >= waits.capMs ? "cap" : undefined);
}

function toProof(evidence: Evidence, waits: Waits): Rule | undefined {
  const { now, decommissionedAt, probers, before, isComplete, stallEndedAt } = evidence;
  // Requests that arrived during a stall are only received afterwards.
  const isSettling = stallEndedAt !== undefined && now - stallEndedAt < SETTLE_MS;
  if (!isComplete || isSettling) return undefined;
  // A client with a single request has no interval and may not be a prober. It counts from the second request
  // on.
  const regular = probers.filter(({ intervalMs }) => intervalMs !== undefined);
  const isFallbackOver = now - decommissionedAt >= waits.fallbackMs;
  // A kubelet is not a balancer: a Pod gets requests until all nodes have removed it from their routes.
  if (regular.length > 0 && regular.every(({ isKubelet }) => isKubelet))
    return isFallbackOver && isIdle(evidence, waits) ? "quiet" : undefined;
  if (regular.length > 0 && before.requests >= MIN_PROVING_REQUESTS) {
    const reactionMs = Math.min(REACTION_MS, toQuietMs(before, waits));
    // On Kubernetes, the cluster, not a prober, stops the traffic to the Pod.
    const isEarly =
      !regular.some(({ isKubelet }) => isKubelet) &&
      probers.some((prober) => prober.isKnown && isConvinced(prober, now));
    const isProved =
      (isFallbackOver || isEarly) &&
      regular.every((prober) => hasLeft(prober, now - reactionMs, waits)) &&
      isQuiet(evidence, waits);
    return isProved ? "evidence" : undefined;
  }
  // The last refusal is recent, and without traffic there is no sign of how the balancer reacts to it.
  const haveAllLeft = regular.every((prober) => hasLeft(prober, now - MIN_QUIET_MS, waits));
  // A balancer that never probes still sends requests, unless it notices only that they fail.
  const isSilent =
    waits.fallback === "fixed" ||
    waits.fallbackMs === 0 ||
    before.requests < MIN_PROVING_REQUESTS ||
    isQuiet(evidence, waits);
  return haveAllLeft && isFallbackOver && isSilent ? "fallback" : undefined;
}

/** The required silence, which is longer than any pause during normal traffic. */
export function toQuietMs(before: TrafficSummary, { quietMs }: Pick<Waits, "quietMs">): number {
  return quietMs ?? Math.max(MIN_QUIET_MS, 2 * before.largestGapMs);
}

function hasLeft(prober: Prober, at: number, { redsSeen = 0 }: Waits): boolean {
  const { lastProbedAt, intervalMs = 0 } = prober;
  const goneAfterMs = Math.max(GONE_AFTER_INTERVALS, redsSeen) * intervalMs;
  return isConvinced(prober, at) || at - lastProbedAt > goneAfterMs;
}

function isConvinced({ convincedAt }: Prober, at: number): boolean {
  return convincedAt !== undefined && convincedAt <= at;
}

function isQuiet({ now, lastRequestAt, decommissionedAt, before }: Evidence, waits: Waits): boolean {
  return now - (lastRequestAt ?? decommissionedAt) >= toQuietMs(before, waits);
}

function isIdle(evidence: Evidence, waits: Waits): boolean {
  const { now, lastRequestAt, lastConnectionAt, decommissionedAt, before } = evidence;
  const lastAt = Math.max(lastRequestAt ?? decommissionedAt, lastConnectionAt ?? decommissionedAt);
  const quietMs = waits.quietMs ?? Math.min(toQuietMs(before, waits), MAX_KUBELET_QUIET_MS);
  return now - lastAt >= quietMs;
}
