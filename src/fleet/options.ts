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
  /** Changes within this time count as flapping. */
  | "flapping"
  /** How far back the rules look for handlers and instances that are missing now. */
  | "lookback";

export const DEFAULT_TIMES_MS: Readonly<Record<TimeName, number>> = {
  red: 0,
  yellow: 3_600_000,
  held: 60_000,
  decommissioned: 7_200_000,
  // 0, so that the alert of a cause fires together with the alerts of its effects. `group_wait` delays them.
  unavailable: 0,
  missing: 300_000,
  vanished: 300_000,
  rollout: 1_800_000,
  fewer: 600_000,
  flapping: 1_800_000,
  lookback: 3_600_000,
};

/** The labels that identify a service. */
export interface FleetLabels {
  /** The label whose value is the name of the service. */
  readonly service: string;
  /** One service can explain the failure of another only if these labels are equal. Missing labels count as equal. */
  readonly within: readonly string[];
}

export const DEFAULT_LABELS: FleetLabels = {
  service: "job",
  within: ["cluster", "namespace", "environment"],
};

/** The options of the rules. */
export interface RuleOptions extends FleetLabels {
  readonly timesMs: Readonly<Record<TimeName, number>>;
  /** Labels added to every alert, for routing. */
  readonly labels: Readonly<Record<string, string>>;
  /** The annotation `runbook_url`, a Prometheus template. Default: none. */
  readonly runbookUrl?: string;
  /** The evaluation interval of the group. Default: the global interval of Prometheus. */
  readonly intervalMs?: number;
}

export function toTime({ timesMs }: RuleOptions, name: TimeName): string {
  return toDurationText(timesMs[name]);
}
