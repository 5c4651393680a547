import { isProbeBody } from "../core/probe.ts";
import {
  COMMISSIONED_BODY,
  type DecommissionOptions,
  isUntil,
  MAX_PROBE_BODY_LENGTH,
  MAX_REASON_LENGTH,
  REASON,
} from "../core/probe-setting.ts";
import { fits } from "../options/read.ts";

/** The change that a POST requests. */
export interface WantedChange {
  readonly body: string;
  readonly options: Pick<DecommissionOptions, "reason" | "until">;
}

const BODY_RULE = `body: expected at most ${MAX_PROBE_BODY_LENGTH} characters without control characters\n`;
const REASON_RULE = `reason: expected at most ${MAX_REASON_LENGTH} characters without control characters\n`;
const UNTIL_RULE =
  "until: expected a time in the future such as 2026-01-31T08:00:00Z, at most 366 days from now\n";
const WITHOUT_BODY = "reason and until are for a decommissioning: add body=OFF; nothing was changed\n";

/** A moment with its zone: a time without one would mean the zone of the server. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Reads the query of a POST. If a parameter occurs several times, the last value counts. Returns the text of
 * a refusal if the query is invalid.
 */
export function readChange(query: string, now: number): WantedChange | string {
  const parameters = new URLSearchParams(query);
  const last = (name: string): string | undefined => parameters.getAll(name).at(-1);
  const body = last("body") ?? COMMISSIONED_BODY;
  // An empty reason comes from an unset variable in a script, which still intends to decommission.
  const reason = last("reason") || undefined;
  const given = last("until");
  if (!isProbeBody(body)) return BODY_RULE;
  if (reason !== undefined && !fits(REASON, reason)) return REASON_RULE;
  const until = given === undefined ? undefined : toMoment(given);
  if (given !== undefined && !isUntil(until, now)) return UNTIL_RULE;
  if (body === COMMISSIONED_BODY && (reason ?? until) !== undefined) return WITHOUT_BODY;
  return {
    body,
    options: { ...(reason !== undefined && { reason }), ...(until !== undefined && { until }) },
  };
}

/** A plus sign that is not escaped arrives as a space. */
function toMoment(text: string): Date | undefined {
  const moment = text.replace(" ", "+");
  return MOMENT.test(moment) ? new Date(moment) : undefined;
}
