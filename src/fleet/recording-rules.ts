import type { FleetLabels } from "./options.ts";
import type { RecordingRule } from "./recording/recorded-series.ts";
import {
  toChainRules,
  toFailureRules,
  toHandlerRootRules,
  toServiceRootRules,
} from "./recording/root-rules.ts";
import { toHandlerRules, toServiceRules } from "./recording/state-rules.ts";
import { toTerms } from "./recording/terms.ts";

/**
 * The recording rules, in the order of their dependencies: each reads what the rules before it have recorded
 * at the same time.
 */
export function toRecordingRules(labels: FleetLabels): readonly RecordingRule[] {
  const terms = toTerms(labels);
  return [
    toHandlerRules,
    toServiceRules,
    toFailureRules,
    toChainRules,
    toServiceRootRules,
    toHandlerRootRules,
  ].flatMap((toRules) => toRules(terms));
}
