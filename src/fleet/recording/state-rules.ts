import type { RecordingRule, RecordName } from "./recorded-series.ts";
import type { Terms } from "./terms.ts";

/** The states of services, as the page shows them. */
const STATES = [
  "service:svc_status_unavailable:max * 0 + 2",
  "(service:svc_status_overall:max > 0)",
  "(service:svc_status_up:sum < service:svc_status_up:count) * 0 + 1",
  "service:svc_status_overall:max",
].join(" or ");

/** The reports of the instances, for each handler. */
export function toHandlerRules({ named }: Terms): readonly RecordingRule[] {
  // Uses the counts, because reading the series of every instance is expensive.
  const states = ["0", "1", "2"].map(
    (state) => `handler:svc_status_state:count{state="${state}"} * 0 + ${state}`,
  );
  return [
    {
      record: "handler:svc_status_state:count",
      expr: `count_values by (${named}, critical, scope) ("state", svc_status_state)`,
    },
    {
      record: "handler:svc_status_state:max",
      expr: `max by (${named}, critical, scope) (${states.join(" or ")})`,
    },
    {
      record: "handler:svc_status_red_since_timestamp_seconds:min",
      expr: `min by (${named}) (svc_status_last_change_timestamp_seconds and ignoring (critical, scope) svc_status_state == 2)`,
    },
    {
      record: "handler:svc_status_upstream:max",
      expr: `max by (${named}, upstream) (svc_status_upstream)`,
    },
    { record: "handler:svc_status_cause:count", expr: `count by (${named}, cause) (svc_status_cause)` },
    { record: "handler:svc_status_held:max", expr: `max by (${named}) (svc_status_held)` },
    {
      record: "handler:svc_status_unexplained:count",
      expr: `count by (${named}, critical) (svc_status_state == 2 unless ignoring (critical, scope) max without (cause) (svc_status_cause))`,
    },
  ];
}

/** The instances of a service, and its state with the time of its start. */
export function toServiceRules({ by }: Terms): readonly RecordingRule[] {
  const known: RecordName = "service:svc_status_known:max";
  const since: RecordName = "service:svc_status_since_timestamp_seconds:max";
  const starts = `last_over_time(${since}[1h])`;
  const states = `count_values by (${by}) ("state", ${STATES})`;
  return [
    { record: "service:svc_status_overall:max", expr: `max by (${by}) (svc_status_overall)` },
    {
      record: "service:svc_status_overall:count",
      expr: `count_values by (${by}) ("state", svc_status_overall)`,
    },
    { record: "service:svc_status_instances:count", expr: `count by (${by}) (svc_status_overall)` },
    { record: "service:svc_status_in_service:sum", expr: `sum by (${by}) (svc_status_in_service)` },
    { record: "service:svc_status_draining:sum", expr: `sum by (${by}) (svc_status_draining)` },
    { record: "service:svc_status_info:count", expr: `count by (${by}, service_version) (svc_status_info)` },
    // A service is known while it has targets, even if all of them are down.
    {
      record: known,
      expr: `service:svc_status_instances:count * 0 + 1 or max by (${by}) (last_over_time(${known}[1h])) and on (${by}) up`,
    },
    { record: "service:svc_status_up:sum", expr: `sum by (${by}) (up) and on (${by}) ${known}` },
    { record: "service:svc_status_up:count", expr: `count by (${by}) (up) and on (${by}) ${known}` },
    {
      record: "service:svc_status_unavailable:max",
      expr: `${known} unless on (${by}) service:svc_status_in_service:sum > 0`,
    },
    // Continues the latest start if it is that of the present state, also after a gap in the evaluations.
    {
      record: since,
      expr: `(${starts} == on (${by}) group_left () max by (${by}) (${starts})) and on (${by}, state) ${states} or on (${by}, state) ${states} * 0 + time()`,
    },
  ];
}
