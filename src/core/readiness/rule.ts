import type { Scope } from "../handler-options.ts";

/** When a critical shared handler that is RED makes an instance unready. */
export type SharedReadiness = "hold" | "start" | "count" | "ignore";

export const SHARED_READINESS: readonly SharedReadiness[] = ["hold", "start", "count", "ignore"];

/** How readiness judges handlers that are RED. */
export interface ReadinessRule {
  readonly shared: SharedReadiness;
  readonly holdMs: number;
}

export const DEFAULT_RULE: ReadinessRule = { shared: "hold", holdMs: 300_000 };

/** The past of a handler's name since it was first registered. Durations come from the monotonic clock. */
export interface Standing {
  /** Whether it has ever had a state other than RED. */
  readonly hasBeenUp: boolean;
  /** How long it has been RED without a break; `undefined` if it is not RED. */
  readonly redForMs: number | undefined;
  /** The time since it last left RED; `undefined` if it never did. */
  readonly leftRedMs: number | undefined;
}

/** The input of the decision. */
export interface Judged {
  readonly critical: boolean;
  readonly scope: Scope;
  readonly dependsOn: readonly string[];
  readonly standing: Standing;
}

export type FindJudged = (name: string) => Judged | undefined;

/**
 * How long a dependent may take to recover after its dependency has: it may run less often, and reconnect
 * first. Otherwise, all instances would leave together when the outage is over.
 */
export const FOLLOW_MS = 60_000;

/** Whether a shared handler that is RED for this time leaves the instance ready. */
const HOLDS: Readonly<
  Record<SharedReadiness, (standing: Standing, redForMs: number, holdMs: number) => boolean>
> = {
  hold: ({ hasBeenUp }, redForMs, holdMs) => hasBeenUp && redForMs < holdMs,
  start: ({ hasBeenUp }) => hasBeenUp,
  count: () => false,
  ignore: () => true,
};

/**
 * Whether readiness does not count the handler if it is RED: it is shared and held, or a handler that it
 * depends on explains its RED and is held. A handler that has always been RED is held only with `ignore`.
 */
export function isHeld(judged: Judged, rule: ReadinessRule, find: FindJudged): boolean {
  // The first held cause ends the search, so a handler that was visited before is not held.
  const visited = new Set<string>();

  function isHeldItself({ critical, scope, dependsOn, standing }: Judged): boolean {
    // Readiness runs critical handlers only, so the state of others may be old.
    if (critical && scope === "shared" && HOLDS[rule.shared](standing, standing.redForMs ?? 0, rule.holdMs))
      return true;
    if (rule.shared === "count" || (!standing.hasBeenUp && rule.shared !== "ignore")) return false;
    return dependsOn.some((name) => isHeldCause(name, standing));
  }

  function isHeldCause(name: string, standing: Standing): boolean {
    const cause = visited.has(name) ? undefined : find(name);
    if (cause === undefined) return false;
    const explains = cause.standing.redForMs !== undefined || isFollowing(standing, cause.standing, rule);
    if (!explains) return false;
    visited.add(name);
    return isHeldItself(cause);
  }

  return isHeldItself(judged);
}

/** Whether the cause was RED at the same time and recovered recently. */
function isFollowing(standing: Standing, cause: Standing, { shared, holdMs }: ReadinessRule): boolean {
  const { redForMs = 0 } = standing;
  const { leftRedMs = Number.POSITIVE_INFINITY } = cause;
  return leftRedMs <= redForMs && leftRedMs < FOLLOW_MS && (shared !== "hold" || redForMs < holdMs);
}

/** The time until one of these may stop being held although no state changes; `undefined`: never. */
export function toNextExpiryMs(
  standings: readonly Standing[],
  { shared, holdMs }: ReadinessRule,
): number | undefined {
  const left = standings.flatMap(({ redForMs, leftRedMs }) => [
    ...(redForMs === undefined || shared !== "hold" ? [] : [holdMs - redForMs]),
    ...(leftRedMs === undefined ? [] : [FOLLOW_MS - leftRedMs]),
  ]);
  const ahead = left.filter((ms) => ms > 0);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}
