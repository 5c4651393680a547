import type { FleetLabels } from "./options.ts";

/** A rule that stores the result of an expression as series. */
export interface RecordingRule {
  readonly record: RecordName;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The recorded series. All of them have the labels of the service. The series `handler:…` also have `name`.
 * Times are in seconds since 1970.
 */
export type RecordName =
  | "handler:svc_status_state:count" // critical, scope, state: instances in this state, "0", "1" or "2"
  | "handler:svc_status_state:max" // critical, scope
  | "handler:svc_status_red_since_timestamp_seconds:min"
  | "handler:svc_status_upstream:max" // upstream
  | "handler:svc_status_cause:count" // cause
  | "handler:svc_status_held:max"
  | "handler:svc_status_unexplained:count" // critical: instances that are RED without a cause among the handlers
  | "handler:svc_status_upstream_failed_since_timestamp_seconds:min" // upstream
  | "handler:svc_status_own:count" // critical: the same, but also without a cause in another service
  | "handler:svc_status_root:count" // critical, root, role: instances that are RED
  | "service:svc_status_overall:max"
  | "service:svc_status_overall:count" // state
  | "service:svc_status_instances:count"
  | "service:svc_status_in_service:sum"
  | "service:svc_status_draining:sum"
  | "service:svc_status_info:count" // service_version
  | "service:svc_status_known:max" // 1: the service has reported a status before
  | "service:svc_status_up:sum"
  | "service:svc_status_up:count"
  | "service:svc_status_unavailable:max" // 1: no instance is in service
  | "service:svc_status_since_timestamp_seconds:max" // state: the start of the present state
  | "service:svc_status_failed_since_timestamp_seconds:min" // 0 if no instance is in service
  | "service:svc_status_own:max"
  | "service:svc_status_chain:max" // upstream, level: the service that explains this one, 1 to 4 levels away
  | "service:svc_status_cycle:max"
  | "service:svc_status_roots:max" // root, level
  | "service:svc_status_root:max"; // root

/** Maximum length of the path from an effect to its cause, in services. */
const MAX_LEVELS = 4;

const LEVELS: readonly number[] = Array.from({ length: MAX_LEVELS }, (_, index) => index + 1);

/** The states of services, as the page shows them. `matchers`: only of these services. */
export function toStateExpr(matchers = ""): string {
  const of = (name: string): string => `service:svc_status_${name}${matchers}`;
  return [
    `${of("unavailable:max")} * 0 + 2`,
    `(${of("overall:max")} > 0)`,
    `(${of("up:sum")} < ${of("up:count")}) * 0 + 1`,
    of("overall:max"),
  ].join(" or ");
}

/**
 * The recording rules, in the order of their dependencies: each reads what the rules before it have recorded
 * at the same time.
 *
 * PromQL has no many-to-many joins. So each failed service without its own cause follows only one upstream,
 * the one that failed first, and the path to the cause is a chain.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table
export function toRecordingRules({ service, within }: FleetLabels): readonly RecordingRule[] {
  const by = [...within, service].join(", ");
  const named = `${by}, name`;
  const edge = [...within, "upstream"].join(", ");
  /** Copies a label. */
  const copy = (expr: string, to: string, from = service): string =>
    `label_replace(${expr}, "${to}", "$1", "${from}", "(.+)")`;
  /** The services of an expression, as upstreams of other services. */
  const asUpstream = (expr: string, kept = ""): string =>
    `max by (${edge}${kept}) (${copy(expr, "upstream")})`;
  const known = "service:svc_status_known:max";
  const failed = "service:svc_status_failed_since_timestamp_seconds:min";
  const unexplained = "handler:svc_status_unexplained:count";
  const upstreamFailed = "handler:svc_status_upstream_failed_since_timestamp_seconds:min";
  const critical = 'handler:svc_status_state:max{critical="true"}';
  const chain = (level: number): string => `service:svc_status_chain:max{level="${level}"}`;
  const roots = (level: number): string => `service:svc_status_roots:max{level="${level}"}`;
  /**
   * `expr or on (labels) other`. In VictoriaMetrics, `or` extends an ended series of its left side with
   * values of the right side, and keeps the labels. So ended series are removed first.
   */
  const orOn = (labels: string, expr: string, other: string): string =>
    `(${expr}) and on () vector(1) or on (${labels}) ${other}`;
  const rootOfUpstream = (expr: string): string =>
    `* 0 + on (${edge}) group_left (root) ${asUpstream(expr, ", root")}`;
  const next = `max by (${edge}, next) (${copy(copy(chain(1), "next", "upstream"), "upstream")})`;
  const explained = `(max by (${named}, critical) (handler:svc_status_state:max == 2 unless on (${named}) ${unexplained}) * 0 + on (${named}) group_left () sum by (${named}) (handler:svc_status_state:count{state="2"}))`;

  const since = "service:svc_status_since_timestamp_seconds:max";
  const starts = `last_over_time(${since}[1h])`;
  const states = `count_values by (${by}) ("state", ${toStateExpr()})`;

  const rules: readonly (readonly [RecordName, expr: string, labels?: RecordingRule["labels"]])[] = [
    [
      "handler:svc_status_state:count",
      `count_values by (${named}, critical, scope) ("state", svc_status_state)`,
    ],
    // Uses the counts, because reading the series of every instance is expensive.
    [
      "handler:svc_status_state:max",
      `max by (${named}, critical, scope) (${["0", "1", "2"].map((state) => `handler:svc_status_state:count{state="${state}"} * 0 + ${state}`).join(" or ")})`,
    ],
    [
      "handler:svc_status_red_since_timestamp_seconds:min",
      `min by (${named}) (svc_status_last_change_timestamp_seconds and ignoring (critical, scope) svc_status_state == 2)`,
    ],
    ["handler:svc_status_upstream:max", `max by (${named}, upstream) (svc_status_upstream)`],
    ["handler:svc_status_cause:count", `count by (${named}, cause) (svc_status_cause)`],
    ["handler:svc_status_held:max", `max by (${named}) (svc_status_held)`],
    [
      unexplained,
      `count by (${named}, critical) (svc_status_state == 2 unless ignoring (critical, scope) max without (cause) (svc_status_cause))`,
    ],
    ["service:svc_status_overall:max", `max by (${by}) (svc_status_overall)`],
    ["service:svc_status_overall:count", `count_values by (${by}) ("state", svc_status_overall)`],
    ["service:svc_status_instances:count", `count by (${by}) (svc_status_overall)`],
    ["service:svc_status_in_service:sum", `sum by (${by}) (svc_status_in_service)`],
    ["service:svc_status_draining:sum", `sum by (${by}) (svc_status_draining)`],
    ["service:svc_status_info:count", `count by (${by}, service_version) (svc_status_info)`],
    // A service is known while it has targets, even if all of them are down.
    [
      known,
      `service:svc_status_instances:count * 0 + 1 or max by (${by}) (last_over_time(${known}[1h])) and on (${by}) up`,
    ],
    ["service:svc_status_up:sum", `sum by (${by}) (up) and on (${by}) ${known}`],
    ["service:svc_status_up:count", `count by (${by}) (up) and on (${by}) ${known}`],
    [
      "service:svc_status_unavailable:max",
      `${known} unless on (${by}) service:svc_status_in_service:sum > 0`,
    ],
    // Continues the latest start if it is that of the present state, also after a gap in the evaluations.
    [
      since,
      `(${starts} == on (${by}) group_left () max by (${by}) (${starts})) and on (${by}, state) ${states} or on (${by}, state) ${states} * 0 + time()`,
    ],
    [
      failed,
      `min by (${by}) (handler:svc_status_red_since_timestamp_seconds:min and on (${named}) ${critical} == 2) or service:svc_status_unavailable:max * 0`,
    ],
    [
      upstreamFailed,
      `(handler:svc_status_upstream:max and on (${named}) ${unexplained}) * 0 + on (${edge}) group_left () ${asUpstream(failed)}`,
    ],
    ["handler:svc_status_own:count", `${unexplained} unless on (${named}) ${upstreamFailed}`],
    [
      "service:svc_status_own:max",
      `max by (${by}) (handler:svc_status_own:count{critical="true"} * 0 + 1) or service:svc_status_unavailable:max`,
    ],
    [
      "service:svc_status_chain:max",
      `bottomk by (${by}) (1, min by (${by}, upstream) (${upstreamFailed} and on (${named}) ${critical})) unless on (${by}) service:svc_status_own:max`,
      { level: "1" },
    ],
    ...LEVELS.slice(1).map(
      (level) =>
        [
          "service:svc_status_chain:max",
          `max by (${by}, upstream) (${copy(`${chain(level - 1)} * 0 + on (${edge}) group_left (next) ${next}`, "upstream", "next")})`,
          { level: String(level) },
        ] as const,
    ),
    [
      "service:svc_status_cycle:max",
      `max by (${by}) (service:svc_status_chain:max and on (${by}, upstream) ${copy(`max by (${edge}) (service:svc_status_chain:max)`, service, "upstream")}) * 0 + 1`,
    ],
    [
      "service:svc_status_roots:max",
      copy("(service:svc_status_own:max or service:svc_status_cycle:max)", "root"),
      { level: "0" },
    ],
    ...LEVELS.map(
      (level) =>
        [
          "service:svc_status_roots:max",
          orOn(
            by,
            roots(level - 1),
            `max by (${by}, root) (${chain(1)} ${rootOfUpstream(roots(level - 1))})`,
          ),
          { level: String(level) },
        ] as const,
    ),
    // Beyond the last level, a service is its own root, so that its alert is not suppressed.
    [
      "service:svc_status_root:max",
      orOn(by, `max by (${by}, root) (${roots(MAX_LEVELS)})`, copy(`${failed} * 0 + 1`, "root")),
    ],
    [
      "handler:svc_status_root:count",
      copy(
        `(handler:svc_status_own:count or ${unexplained} and on (${by}) service:svc_status_cycle:max and on (${named}) (${upstreamFailed} and on (${edge}) ${asUpstream("service:svc_status_cycle:max")}))`,
        "root",
      ),
      { role: "cause" },
    ],
    [
      "handler:svc_status_root:count",
      orOn(
        named,
        `${unexplained} * on (${named}) group_left (root) (bottomk by (${named}) (1, ${upstreamFailed}) ${rootOfUpstream("service:svc_status_root:max")}) unless on (${named}) handler:svc_status_root:count{role="cause"}`,
        `(${orOn(named, `${explained} * on (${by}) group_left (root) service:svc_status_root:max`, copy(explained, "root"))})`,
      ),
      { role: "effect" },
    ],
  ];
  return rules.map(([record, expr, labels]) => ({ record, expr, ...(labels && { labels }) }));
}
