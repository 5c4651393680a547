import { toDetailText } from "../core/detail-text.ts";
import type { Entry, Report } from "../core/report.ts";
import { OK, type State } from "../core/state.ts";
import { toLabels } from "../metrics/labels.ts";
import { toAsciiJson } from "../util/json-text.ts";

export interface HealthOptions {
  /** `false`: omits `output` and observed values. */
  readonly details: boolean;
}

/** The status values of draft-inadarei-api-health-check-06, section 3.1. */
const HEALTH_STATUS: Readonly<Record<State, "pass" | "warn" | "fail">> = {
  OK: "pass",
  YELLOW: "warn",
  RED: "fail",
};

/** The draft requires a 2xx or 3xx for pass and warn, and a 4xx or 5xx for fail. */
export const HEALTH_HTTP_STATUS: Readonly<Record<State, number>> = { OK: 200, YELLOW: 200, RED: 503 };

/** Writes a report according to draft-inadarei-api-health-check-06. Labels become observed values, `<name>:<label>`. */
export function renderHealth(report: Report, { details }: HealthOptions): string {
  const checks = new Map<string, Check[]>();
  for (const entry of report.entries) {
    append(checks, entry.name, toCheck(entry, details));
    if (!details) continue;
    for (const [label, observedValue] of toLabels(entry.status)) {
      // JSON has no NaN and no Infinity.
      if (Number.isFinite(observedValue))
        append(checks, `${entry.name}:${label}`, { observedValue, ...toCheck(entry, false) });
    }
  }
  return toAsciiJson(
    `{"status":"${HEALTH_STATUS[report.state]}","checks":{${Array.from(checks, toMember).join(",")}}}`,
  );
}

interface Check {
  readonly status: string;
  readonly time: string;
  readonly output?: string;
  readonly observedValue?: number;
}

function append(checks: Map<string, Check[]>, key: string, check: Check): void {
  const present = checks.get(key);
  if (present === undefined) checks.set(key, [check]);
  else present.push(check);
}

/** `output` describes a problem: according to the draft, it must be omitted if the status is `pass`. */
function toCheck({ status, checkedAt }: Entry, details: boolean): Check {
  const output = details && status.state !== OK ? toDetailText(status) : "";
  return {
    status: HEALTH_STATUS[status.state],
    time: checkedAt.toISOString(),
    ...(output !== "" && { output }),
  };
}

/** Written by hand for the same reason as in json.ts: every name must work as a key. */
function toMember([key, checks]: [string, Check[]]): string {
  return `${JSON.stringify(key)}:${JSON.stringify(checks)}`;
}
