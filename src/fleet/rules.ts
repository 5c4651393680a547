import { toDurationText } from "../util/duration-text.ts";
import { toAlertingRules } from "./alerting-rules.ts";
import type { RuleOptions } from "./options.ts";
import { toRecordingRules } from "./recording-rules.ts";
import type { Tree } from "./yaml.ts";

/**
 * A rule file of Prometheus. All rules are one group: within a group, a rule sees what the rules before it have
 * recorded at the same time.
 */
export function toRuleFile(options: RuleOptions): { readonly groups: readonly Tree[] } {
  const { intervalMs } = options;
  const interval = intervalMs === undefined ? {} : { interval: toDurationText(intervalMs) };
  const rules = [...toRecordingRules(options), ...toAlertingRules(options)].map(
    (rule): Tree => ({ ...rule }),
  );
  return { groups: [{ name: "svc-status", ...interval, rules }] };
}
