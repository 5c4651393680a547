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

export interface Waits {
  readonly floorMs: number;
  readonly capMs: number;
  readonly fallbackMs: number;
  readonly fixedMs?: number;
  readonly quietMs?: number;
}

export interface Evidence {
  readonly now: number;
  readonly decommissionedAt: number;
  readonly probers: readonly Prober[];
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
  const { now, decommissionedAt, probers, before } = evidence;
  // Who asked once has no rhythm, and may be anybody; asked twice, it counts.
  const regular = probers.filter(({ intervalMs }) => intervalMs !== undefined);
  if (regular.length > 0 && before.requests >= MIN_PROVING_REQUESTS) {
    const isProved = regular.every((prober) => hasLeft(prober, now)) && isQuiet(evidence, waits);
    return isProved ? "evidence" : undefined;
  }
  // The last refusal has only just been sent, and no traffic shows what the balancer makes of it.
  const haveAllLeft = regular.every((prober) => hasLeft(prober, now - MIN_QUIET_MS));
  return haveAllLeft && now - decommissionedAt >= waits.fallbackMs ? "fallback" : undefined;
}

/** How long it must be quiet: longer than it was quiet while there was traffic. */
export function toQuietMs(before: TrafficSummary, { quietMs }: Pick<Waits, "quietMs">): number {
  return quietMs ?? Math.max(MIN_QUIET_MS, 2 * before.largestGapMs);
}

function hasLeft({ convincedAt, lastAskedAt, intervalMs = 0 }: Prober, at: number): boolean {
  return (convincedAt !== undefined && convincedAt <= at) || at - lastAskedAt > 3 * intervalMs;
}

function isQuiet({ now, lastRequestAt, decommissionedAt, before }: Evidence, waits: Waits): boolean {
  return now - (lastRequestAt ?? decommissionedAt) >= toQuietMs(before, waits);
}
