import type { Prober } from "./probers.ts";
import type { TrafficSummary } from "./traffic.ts";

/**
 * What ended the wait: all probers have left and no request came (`evidence`), nothing could be proved (`fallback`),
 * the longest wait was over (`cap`), `fixedMs` had passed (`fixed`), time was running out (`deadline`), or nobody had to leave, because the other
 * workers of the cluster go on serving (`peers`).
 */
export type Rule = "evidence" | "fallback" | "cap" | "fixed" | "deadline" | "peers";

/** Fewer requests in the minute before prove nothing by staying away. */
const MIN_PROVING_REQUESTS = 30;

/** The shortest silence that is believed. */
export const MIN_QUIET_MS = 1_000;

/** How long a balancer may take to act on its last refusal: others may keep the traffic quiet, or busy before. */
const REACTION_MS = 500;

/** Somebody who has not asked for this many intervals has left. */
const GONE_AFTER_INTERVALS = 3;

export interface Waits {
  readonly floorMs: number;
  readonly capMs: number;
  readonly fallbackMs: number;
  readonly fixedMs?: number;
  readonly quietMs?: number;
  readonly redsSeen?: number;
}

export interface Evidence {
  readonly now: number;
  readonly decommissionedAt: number;
  readonly probers: readonly Prober[];
  /** `false`: there were more probers than could be remembered, and one of the others may be a balancer. */
  readonly isComplete: boolean;
  readonly lastRequestAt: number | undefined;
  /** The minute before the decommissioning. */
  readonly before: TrafficSummary;
}

/** Whether the load balancers have left, and how that is known. `undefined`: not yet. */
export function decideToLeave(evidence: Evidence, waits: Waits): Rule | undefined {
  const elapsedMs = evidence.now - evidence.decommissionedAt;
  if (waits.fixedMs !== undefined) return elapsedMs >= waits.fixedMs ? "fixed" : undefined;
  const rule = elapsedMs >= waits.floorMs ? toProof(evidence, waits) : undefined;
  return rule ?? (elapsedMs >= waits.capMs ? "cap" : undefined);
}

function toProof(evidence: Evidence, waits: Waits): Rule | undefined {
  const { now, decommissionedAt, probers, before, isComplete } = evidence;
  if (!isComplete) return undefined;
  // Somebody who asked once has no rhythm, and may be anybody; from the second request on, it counts.
  const regular = probers.filter(({ intervalMs }) => intervalMs !== undefined);
  const isFallbackOver = now - decommissionedAt >= waits.fallbackMs;
  if (regular.length > 0 && before.requests >= MIN_PROVING_REQUESTS) {
    const reactionMs = Math.min(REACTION_MS, toQuietMs(before, waits));
    const isProved =
      (isFallbackOver || probers.some((prober) => prober.isKnown && isConvinced(prober, now))) &&
      regular.every((prober) => hasLeft(prober, now - reactionMs, waits)) &&
      isQuiet(evidence, waits);
    return isProved ? "evidence" : undefined;
  }
  // The last refusal has only just been sent, and no traffic shows what the balancer makes of it.
  const haveAllLeft = regular.every((prober) => hasLeft(prober, now - MIN_QUIET_MS, waits));
  return haveAllLeft && isFallbackOver ? "fallback" : undefined;
}

/** How long it must be quiet: longer than it was quiet while there was traffic. */
export function toQuietMs(before: TrafficSummary, { quietMs }: Pick<Waits, "quietMs">): number {
  return quietMs ?? Math.max(MIN_QUIET_MS, 2 * before.largestGapMs);
}

function hasLeft(prober: Prober, at: number, { redsSeen = 0 }: Waits): boolean {
  const { lastAskedAt, intervalMs = 0 } = prober;
  const goneAfterMs = Math.max(GONE_AFTER_INTERVALS, redsSeen) * intervalMs;
  return isConvinced(prober, at) || at - lastAskedAt > goneAfterMs;
}

function isConvinced({ convincedAt }: Prober, at: number): boolean {
  return convincedAt !== undefined && convincedAt <= at;
}

function isQuiet({ now, lastRequestAt, decommissionedAt, before }: Evidence, waits: Waits): boolean {
  return now - (lastRequestAt ?? decommissionedAt) >= toQuietMs(before, waits);
}
