import { toDurationText } from "../util/duration-text.ts";

/** The times of the alerting rules: how long a condition holds before the alert fires. */
export type TimeName =
  | "red"
  | "yellow"
  | "held"
  | "decommissioned"
  | "unavailable"
  | "missing"
  | "vanished"
  | "rollout"
  | "fewer"
  /** Flapping is counted over this time. */
  | "flapping"
  /** A vanished handler and missing instances are compared with this time. */
  | "lookback";

export const DEFAULT_TIMES_MS: Readonly<Record<TimeName, number>> = {
  red: 0,
  yellow: 3_600_000,
  held: 60_000,
  decommissioned: 7_200_000,
  // At once, so that the cause of other alerts fires together with them. The wait of the group is the delay.
  unavailable: 0,
  missing: 300_000,
  vanished: 300_000,
  rollout: 1_800_000,
  fewer: 600_000,
  flapping: 1_800_000,
  lookback: 3_600_000,
};

/** Which labels name a service, and where it ends. */
export interface FleetLabels {
  /** The label whose value is the name of the service. */
  readonly service: string;
  /** Services explain each other only if these labels are equal. A label that does not exist is equal. */
  readonly within: readonly string[];
}

export const DEFAULT_LABELS: FleetLabels = {
  service: "job",
  within: ["cluster", "namespace", "environment"],
};

/** The options of the rules. */
export interface RuleOptions extends FleetLabels {
  readonly timesMs: Readonly<Record<TimeName, number>>;
  /** Labels of every alert, for routes. */
  readonly labels: Readonly<Record<string, string>>;
  /** The annotation `runbook_url`, a template of Prometheus. Default: none. */
  readonly runbookUrl?: string;
  /** The evaluation interval of the group. Default: Prometheus' own. */
  readonly intervalMs?: number;
}

export function toTime({ timesMs }: RuleOptions, name: TimeName): string {
  return toDurationText(timesMs[name]);
}
