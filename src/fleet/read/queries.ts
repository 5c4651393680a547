import type { FleetLabels } from "../options.ts";
import type { RecordName } from "../recording/recorded-series.ts";
import { toRecordingRules } from "../recording-rules.ts";
import { type Selector, select, toMatchers } from "./promql.ts";

/** The label that contains the kind of a series without a name. */
export const KIND = "svc_status_series";

/** The time of the last evaluation, for each service. */
export const EVALUATED = "evaluated";

/** The series of a service that a view reads. Their number does not depend on the number of instances. */
const SERVICE_SERIES: readonly RecordName[] = [
  "service:svc_status_known:max",
  "service:svc_status_overall:max",
  "service:svc_status_unavailable:max",
  "service:svc_status_instances:count",
  "service:svc_status_in_service:sum",
  "service:svc_status_up:sum",
  "service:svc_status_up:count",
  "service:svc_status_draining:sum",
  "service:svc_status_since_timestamp_seconds:max",
  "service:svc_status_info:count",
  "service:svc_status_failed_since_timestamp_seconds:min",
  "service:svc_status_root:max",
];

const HANDLER_SERIES: readonly RecordName[] = [
  "handler:svc_status_state:max",
  "handler:svc_status_state:count",
  "handler:svc_status_red_since_timestamp_seconds:min",
  "handler:svc_status_held:max",
  "handler:svc_status_root:count",
  "service:svc_status_overall:count",
];

/** The rules that record a series for every service. If one is missing, a view is incomplete. */
export const EXPECTED_RULES: readonly RecordName[] = [
  "service:svc_status_known:max",
  "service:svc_status_overall:max",
  "service:svc_status_instances:count",
  "service:svc_status_in_service:sum",
  "service:svc_status_up:sum",
  "service:svc_status_up:count",
];

/** Without it, the states are complete, but have no starts, and services have no axes. */
export const STARTS: RecordName = "service:svc_status_since_timestamp_seconds:max";

/** Without it, a service has no handlers. */
export const HANDLERS: RecordName = "handler:svc_status_state:max";

/** The path from a service to its root. */
export const NEXT: RecordName = "service:svc_status_chain:max";

/** Maximum number of instances of a kind in a list. */
export const MAX_LISTED_INSTANCES = 100;

/** All services, in one query, so that all results are from the same moment. */
export function toOverviewQuery(selector: Selector): string {
  return [
    toNamed(SERVICE_SERIES, selector),
    `handler:svc_status_root:count${toMatchers({ ...selector, role: "cause" })}`,
    toNext(selector),
    toEvaluated(selector),
  ].join(" or ");
}

/** The same with the handlers that are not OK. */
export function toProblemsQuery({ service, within }: FleetLabels, selector: Selector): string {
  const of = (record: RecordName): string => record + toMatchers(selector);
  const bad = `${of("handler:svc_status_state:max")} > 0`;
  const on = [...within, service, "name"].join(", ");
  return [
    toNamed(SERVICE_SERIES, selector),
    bad,
    `${of("handler:svc_status_state:count")} and on (${on}) (${bad})`,
    of("handler:svc_status_red_since_timestamp_seconds:min"),
    of("handler:svc_status_root:count"),
    toNext(selector),
    toEvaluated(selector),
  ].join(" or ");
}

/** The services with one name, with their handlers, and with the instances that are down, draining, decommissioned or not OK. */
export function toServiceQuery(labels: FleetLabels, selector: Selector): string {
  return [
    toNamed(SERVICE_SERIES, selector),
    toNamed(HANDLER_SERIES, selector),
    toEvaluated(selector),
    ...toInstances(labels, selector),
  ].join(" or ");
}

/** The same overview without recording rules. It reads every series of every instance. */
export function toRawQuery(labels: FleetLabels, selector: Selector): string {
  const by = [...labels.within, labels.service].join(", ");
  const known = `count by (${by}) (last_over_time(svc_status_overall${toMatchers(selector)}[1h])) * 0 + 1`;
  const up = `up${toMatchers(selector)}`;
  const own: Partial<Record<RecordName, string>> = {
    "service:svc_status_known:max": known,
    "service:svc_status_unavailable:max": `(${known}) unless on (${by}) sum by (${by}) (svc_status_in_service${toMatchers(selector)}) > 0`,
    "service:svc_status_up:sum": `sum by (${by}) (${up}) and on (${by}) (${known})`,
    "service:svc_status_up:count": `count by (${by}) (${up}) and on (${by}) (${known})`,
  };
  const rules = new Map(toRecordingRules(labels).map(({ record, expr }) => [record, select(expr, selector)]));
  const read: readonly RecordName[] = [
    "service:svc_status_overall:max",
    "service:svc_status_instances:count",
    "service:svc_status_in_service:sum",
    "service:svc_status_draining:sum",
    "service:svc_status_info:count",
    "handler:svc_status_unexplained:count",
  ];
  return [...Object.entries(own), ...read.map((record) => [record, rules.get(record) ?? ""] as const)]
    .map(([record, expr]) => mark(expr, record))
    .join(" or ");
}

/** Of a listed instance, all handlers that are not OK are listed. The instances with the most RED ones come first. */
function toInstances({ service, within }: FleetLabels, selector: Selector): readonly string[] {
  const of = (family: string): string => family + toMatchers(selector);
  const by = `(${[...within, service, "instance"].join(", ")})`;
  const bad = `${of("svc_status_state")} > 0`;
  const draining = `${of("svc_status_draining")} == 1`;
  const few = (expr: string): string => `topk(${MAX_LISTED_INSTANCES}, ${expr})`;
  return [
    mark(`${bad} and on ${by} ${few(`sum by ${by} ((${bad}) ^ 4)`)}`, "instance"),
    mark(few(`${of("up")} == 0`), "down"),
    mark(few(draining), "draining"),
    mark(few(`${of("svc_status_in_service")} == 0 unless on ${by} ${draining}`), "decommissioned"),
  ];
}

/** The upstream that explains a service, which is one step of the path to its root. */
function toNext(selector: Selector): string {
  return NEXT + toMatchers({ ...selector, level: "1" });
}

function toNamed(names: readonly RecordName[], selector: Selector): string {
  return toMatchers(selector).replace(/^\{/, `{__name__=~"${names.join("|")}",`);
}

function toEvaluated(selector: Selector): string {
  return mark(`timestamp(service:svc_status_known:max${toMatchers(selector)})`, EVALUATED);
}

/** Adds the kind of a series. */
export function mark(expr: string, kind: string): string {
  return `label_replace(${expr}, "${KIND}", "${kind}", "", "")`;
}
