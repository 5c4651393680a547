import { type FindJudged, isHeld, type ReadinessRule } from "../core/readiness/rule.ts";
import type { HandlerDescription, StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { RED } from "../core/state.ts";
import type { Standings } from "./standings.ts";

/** How readiness counts one handler. */
export interface ReadinessVerdict {
  readonly name: string;
  readonly verdict: "ok" | "failed" | "held";
  /** How long it has been RED; only if it is held. */
  readonly redForMs?: number;
}

export interface ReadinessSetup {
  readonly registry: StatusRegistry;
  readonly standings: Standings;
  readonly rule: ReadinessRule;
}

/**
 * How long readiness waits for handlers whose result cannot change its verdict. A shared resource that hangs
 * would otherwise make the probes of all instances time out. The default timeout of a kubelet is 1 s.
 */
export const HELD_WAIT_MS = 250;

/**
 * Runs the handlers and judges them. Waits without this limit only for handlers that decide: for a handler
 * that would be held anyway, the last known result counts.
 */
export async function judgeReadiness(
  { registry, standings, rule }: ReadinessSetup,
  names: readonly string[],
): Promise<readonly ReadinessVerdict[]> {
  const find = toFind(registry.handlers, standings);
  const isHeldAnyway = (name: string): boolean => {
    const judged = find(name);
    return judged !== undefined && isHeld(judged, rule, find);
  };
  const undecisive = new Set(names.filter(isHeldAnyway));
  const [decisive, known] = await Promise.all([
    registry.getReport({ names: names.filter((name) => !undecisive.has(name)) }),
    undecisive.size === 0
      ? undefined
      : getRegistrySeams(registry).getKnownReport(HELD_WAIT_MS, [...undecisive]),
  ]);
  const entries = [...decisive.entries, ...(known?.entries ?? [])];
  standings.record(entries);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const findNow = toFind(registry.handlers, standings);
  return names.flatMap((name) => {
    const entry = byName.get(name);
    // A handler that was removed in the meantime has no entry.
    return entry === undefined ? [] : [judge(entry, rule, findNow)];
  });
}

function judge(entry: Entry, rule: ReadinessRule, find: FindJudged): ReadinessVerdict {
  const { name, status, reason } = entry;
  if (status.state !== RED) return { name, verdict: "ok" };
  const judged = find(name);
  const redForMs = judged?.standing.redForMs;
  // Stale but not RED: the handler or its registry was stopped.
  const isStopped = judged === undefined || (reason === "stale" && redForMs === undefined);
  if (isStopped || !isHeld(judged, rule, find)) return { name, verdict: "failed" };
  return { name, verdict: "held", redForMs: redForMs ?? 0 };
}

function toFind(handlers: readonly HandlerDescription[], standings: Standings): FindJudged {
  const byName = new Map(handlers.map((handler) => [handler.name, handler]));
  return function findJudged(name) {
    const handler = byName.get(name);
    const standing = standings.find(name);
    return handler && standing && { ...handler, standing };
  };
}
