/**
 * The events that the library logs, with the numbers of their ids. Users search and alert by ids and names:
 * once released, a name or number never changes and is never used again. Append new events at the end.
 */
export const LOG_EVENTS = {
  "state-change": 1,
  "readiness-held": 2,
  "readiness-released": 3,
  "registry-listener": 4,
  "probe-listener": 5,
  "internal-part": 6,
  "status-request": 7,
  "authorize-option": 8,
  "details-option": 9,
  "health-names": 10,
  "control-option": 11,
  "page-controls": 12,
  "page-updates": 13,
  "application-metrics": 14,
  "duplicate-series": 15,
  "probe-changed": 16,
  "probe-expired": 17,
  "drain-waits": 18,
  "drain-worker": 19,
  "drain-ended": 20,
  "drain-recommissioned": 21,
  "drain-close": 22,
  "drain-streams": 23,
  "drain-trigger": 24,
  "second-signal": 25,
  "second-signal-option": 26,
  "consumer-failed": 27,
  "prober-slow": 28,
  "prober-id": 29,
  "keep-alive-short": 30,
  "cluster-unanswered": 31,
  "cluster-alone": 32,
  "cluster-ended": 33,
  "cluster-entries": 34,
  "sentinel-ended": 35,
  "sentinel-publish": 36,
  "sentinel-listener": 37,
  "notify-full": 38,
  "notify-closed": 39,
  "notify-retry": 40,
  "notify-dropped": 41,
  "notify-recovered": 42,
  "recorder-failed": 43,
  "recorder-damage": 44,
  "check-option": 45,
  "fleet-authorize": 46,
  "fleet-updates": 47,
} as const;

export type LogEvent = keyof typeof LOG_EVENTS;

/** The id of an event, for example `SVC012`. */
export function toLogId(event: LogEvent): string {
  return `SVC${String(LOG_EVENTS[event]).padStart(3, "0")}`;
}
