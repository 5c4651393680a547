import { MAX_PROBE_BODY_LENGTH, MAX_REASON_LENGTH, type ProbeSetting } from "../core/probe-setting.ts";

/** Maximum length of a setting as a text: the texts, and two times. */
export const MAX_SETTING_LENGTH: number = MAX_PROBE_BODY_LENGTH + 3 * MAX_REASON_LENGTH + 50;

/** Reads what `toSettingText` wrote. */
export function fromSettingText(text: string): ProbeSetting {
  const [body = "", reason, until, by, draining, deadlineAt] = text.split("\n");
  return {
    body,
    ...(reason && { reason }),
    ...(until && { until: Number(until) }),
    ...(by && { by }),
    ...(draining && { draining: { reason: draining, deadlineAt: Number(deadlineAt) } }),
  };
}
