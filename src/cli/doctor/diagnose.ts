import { type Finding, type Rule, toCase } from "./finding.ts";
import type { Declared } from "./numbers.ts";
import type { Platform } from "./platforms.ts";
import { findIdleCut, findResets } from "./rules/connections.ts";
import {
  findCutRequests,
  findEarlyBelief,
  findGreedyPreStop,
  findShortGrace,
  findSlowDetection,
} from "./rules/leaving.ts";
import {
  findAllAtOnce,
  findBusyTakenForDead,
  findDeadlyLiveness,
  findFractions,
  findImpatientProbe,
  findLoneInstance,
  findRefusedByAlb,
  findShortHold,
  findSingleFailure,
  findUnreadProbe,
} from "./rules/probing.ts";

const RULES: readonly Rule[] = [
  findImpatientProbe,
  findDeadlyLiveness,
  findSlowDetection,
  findEarlyBelief,
  findShortGrace,
  findGreedyPreStop,
  findCutRequests,
  findResets,
  findIdleCut,
  findRefusedByAlb,
  findFractions,
  findUnreadProbe,
  findBusyTakenForDead,
  findSingleFailure,
  findAllAtOnce,
  findShortHold,
  findLoneInstance,
];

/** Finds errors first, then warnings. */
export function diagnose(declared: Declared, platform?: Platform): readonly Finding[] {
  const given = toCase(declared, platform);
  const findings = RULES.flatMap((find) => find(given) ?? []);
  return [
    ...findings.filter(({ severity }) => severity === "error"),
    ...findings.filter(({ severity }) => severity === "warning"),
  ];
}
