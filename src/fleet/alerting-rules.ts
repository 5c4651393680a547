import { type RuleOptions, type TimeName, toTime } from "./options.ts";

export type AlertName =
  | "SvcStatusRed"
  | "SvcStatusYellow"
  | "SvcStatusFlapping"
  | "SvcStatusReadinessHeld"
  | "SvcStatusDecommissioned"
  | "SvcStatusNobodyInService"
  | "SvcStatusMissing"
  | "SvcStatusHandlerVanished"
  | "SvcStatusRolloutStuck"
  | "SvcStatusFewerInstances"
  | "SvcStatusWatchdog";

/** A Prometheus alerting rule. */
export interface AlertingRule {
  readonly alert: AlertName;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Alert {
  readonly expr: string;
  /** Default: the alert fires at once. */
  readonly time?: TimeName;
  /** Default: `warning`. */
  readonly severity?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** A handler flaps if its worst state changes more often than this within `flapping`. */
const MAX_CHANGES = 6;

/** The alert fires below this share of the maximum number of instances within `lookback`. */
const MIN_INSTANCES_RATIO = 0.8;

export function toAlertingRules(options: RuleOptions): readonly AlertingRule[] {
  const annotations = options.runbookUrl === undefined ? {} : { runbook_url: options.runbookUrl };
  return Object.entries(toAlerts(options)).map(
    ([alert, { expr, time, severity = "warning", labels, summary }]) => ({
      alert: alert as AlertName,
      expr,
      for: time === undefined ? "0s" : toTime(options, time),
      labels: { severity, ...labels, ...options.labels },
      annotations: { summary, ...annotations },
    }),
  );
}

function toAlerts(options: RuleOptions): Readonly<Record<AlertName, Alert>> {
  const { service, within } = options;
  const by = [...within, service].join(", ");
  const named = `${by}, name`;
  const lookback = toTime(options, "lookback");
  const flapping = toTime(options, "flapping");
  const $service = `{{ $labels.${service} }}`;
  const $handler = `{{ $labels.name }} of ${$service}`;
  const $instance = `{{ $labels.instance }} of ${$service}`;
  const unlessUnavailable = `unless on (${by}) service:svc_status_unavailable:max`;
  const instances = "service:svc_status_instances:count";
  const versions = "service:svc_status_info:count";
  return {
    SvcStatusRed: {
      expr: "handler:svc_status_root:count > 0",
      time: "red",
      severity: '{{ if eq $labels.critical "true" }}critical{{ else }}warning{{ end }}',
      summary: `${$handler} is RED in {{ $value }} instances{{ if eq $labels.role "effect" }}, because of {{ $labels.root }}{{ end }}`,
    },
    SvcStatusYellow: {
      expr: "handler:svc_status_state:max == 1",
      time: "yellow",
      summary: `${$handler} has been YELLOW for ${toTime(options, "yellow")}`,
    },
    SvcStatusFlapping: {
      // An effect flaps with its cause, so the alert of the cause is enough.
      expr: `changes(handler:svc_status_state:max[${flapping}]) > ${MAX_CHANGES} unless on (${named}) last_over_time(handler:svc_status_root:count{role="effect"}[${flapping}])`,
      summary: `${$handler} has changed {{ $value }} times in ${flapping}`,
    },
    SvcStatusReadinessHeld: {
      expr: "handler:svc_status_held:max > 0",
      time: "held",
      summary: `${$handler} is RED, and the instances that report it stay ready only for a while`,
    },
    SvcStatusDecommissioned: {
      expr: "svc_status_in_service == 0",
      time: "decommissioned",
      summary: `${$instance} has been decommissioned for ${toTime(options, "decommissioned")}`,
    },
    SvcStatusNobodyInService: {
      expr: `label_replace(service:svc_status_unavailable:max, "root", "$1", "${service}", "(.+)")`,
      time: "unavailable",
      severity: "critical",
      labels: { role: "cause" },
      summary: `No instance of ${$service} is in service`,
    },
    SvcStatusMissing: {
      expr: `up == 1 unless on (${by}, instance) svc_status_overall and on (${by}) service:svc_status_known:max ${unlessUnavailable}`,
      time: "missing",
      summary: `${$instance} is scraped, but without a status`,
    },
    SvcStatusHandlerVanished: {
      // A new version may have other handlers.
      expr: `max by (${named}) (max_over_time(handler:svc_status_state:max[${lookback}])) unless on (${named}) handler:svc_status_state:max and on (${by}) ${instances} unless on (${by}) (${versions} unless ${versions} offset ${lookback})`,
      time: "vanished",
      summary: `${$handler} is no longer reported`,
    },
    SvcStatusRolloutStuck: {
      expr: `count by (${by}) (${versions}{service_version!=""}) > 1`,
      time: "rollout",
      summary: `${$service} has had {{ $value }} versions for ${toTime(options, "rollout")}`,
    },
    SvcStatusFewerInstances: {
      expr: `${instances} < ${MIN_INSTANCES_RATIO} * max_over_time(${instances}[${lookback}]) ${unlessUnavailable}`,
      time: "fewer",
      summary: `Only {{ $value }} instances of ${$service} report, fewer than within the last ${lookback}`,
    },
    SvcStatusWatchdog: {
      expr: "vector(1)",
      severity: "none",
      summary: "Always fires: if it does not arrive, no other alert does",
    },
  };
}
