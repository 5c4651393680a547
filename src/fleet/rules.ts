import { toDurationText } from "../util/duration-text.ts";
import { toAlertingRules } from "./alerting-rules.ts";
import type { RuleOptions } from "./options.ts";
import { toRecordingRules } from "./recording-rules.ts";
import type { Tree } from "./yaml.ts";

/**
 * A Prometheus rule file. All rules are in one group, so that a rule sees the series that the rules before it
 * recorded in the same evaluation.
 */
export function toRuleFile(options: RuleOptions): { readonly groups: readonly Tree[] } {
  const { intervalMs } = options;
  const interval = intervalMs === undefined ? {} : { interval: toDurationText(intervalMs) };
  const rules = [...toRecordingRules(options), ...toAlertingRules(options)].map(
    (rule): Tree => ({ ...rule }),
  );
  return { groups: [{ name: "svc-status", ...interval, rules }] };
}
