import type { ReadinessRule } from "../core/readiness/rule.ts";
import type { ResolvedOptions } from "./options.ts";

/** The readiness rule of these views; `undefined` if they serve no readiness. */
export function toServedRule({
  healthProbes,
  probeStatus,
}: Pick<ResolvedOptions, "healthProbes" | "probeStatus">): ReadinessRule | undefined {
  return healthProbes?.paths.ready === undefined ? probeStatus?.requireHealthy : healthProbes.rule;
}
