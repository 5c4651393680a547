import type { Declared, Platform } from "./fields.ts";
import { type DiagnosisRule, type Finding, toCase } from "./finding.ts";
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
  findRejected,
  findShortHold,
  findSingleFailure,
  findUnreadProbe,
} from "./rules/probing.ts";

const RULES: readonly DiagnosisRule[] = [
  findImpatientProbe,
  findDeadlyLiveness,
  findSlowDetection,
  findEarlyBelief,
  findShortGrace,
  findGreedyPreStop,
  findCutRequests,
  findResets,
  findIdleCut,
  findRejected,
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
