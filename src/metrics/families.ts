import type { Probe } from "../core/probe.ts";
import type { ChangeCounts } from "../core/registry/track.ts";
import type { Entry } from "../core/report.ts";
import { STATES } from "../core/state.ts";
import { sortByName } from "../util/sort-by-name.ts";
import { toStatusSamples } from "./status-samples.ts";

/** The metric families of this library, under their Prometheus names. */
export type FamilyName = "svc_status" | ExtendedFamilyName;

export type ExtendedFamilyName =
  | "svc_status_duration_seconds"
  | "svc_status_last_check_timestamp_seconds"
  | "svc_status_last_change_timestamp_seconds"
  | "svc_status_in_service"
  | "svc_status_changes_total";

export interface MetricFamily {
  readonly help: string;
  readonly type: "unknown" | "gauge" | "counter";
  readonly toSamples: (source: MetricsSource) => readonly Sample[];
}

/** One number of a family. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The source of the numbers. */
export interface MetricsSource {
  readonly entries: readonly Entry[];
  readonly probe: Pick<Probe, "commissioned">;
  changeCounts(name: string): ChangeCounts;
}

/** All families, in output order. */
export const METRIC_FAMILIES: Readonly<Record<FamilyName, MetricFamily>> = {
  svc_status: {
    help: "Status 0->OK, 1->YELLOW, 2->RED",
    type: "unknown",
    toSamples: ({ entries }) => toStatusSamples(entries).flat(),
  },
  svc_status_duration_seconds: {
    help: "How long the last check took",
    type: "gauge",
    toSamples: toSampleOfEach(({ durationMs }) => durationMs / 1_000),
  },
  svc_status_last_check_timestamp_seconds: {
    help: "When the last check was over",
    type: "gauge",
    toSamples: toSampleOfEach(({ checkedAt }) => checkedAt.getTime() / 1_000),
  },
  svc_status_last_change_timestamp_seconds: {
    help: "Since when the present state holds",
    type: "gauge",
    toSamples: toSampleOfEach(({ since }) => since.getTime() / 1_000),
  },
  svc_status_in_service: {
    help: "What load balancers are told: 1->in service, 0->decommissioned",
    type: "gauge",
    toSamples: ({ probe }) => [{ labels: {}, value: probe.commissioned ? 1 : 0 }],
  },
  svc_status_changes_total: {
    help: "How often the state has changed to this one",
    type: "counter",
    toSamples: (source) =>
      sortByName(source.entries).flatMap(({ name }) => {
        const counts = source.changeCounts(name);
        // Zeros too: a rate needs a sample from before the first change.
        return STATES.map((state) => ({ labels: { name, state }, value: counts[state] }));
      }),
  },
};

export const FAMILY_NAMES: readonly FamilyName[] = Object.keys(METRIC_FAMILIES) as FamilyName[];

/** The families that are written only on request, in addition to the status. */
export const EXTENDED_FAMILY_NAMES: readonly FamilyName[] = FAMILY_NAMES.filter(
  (name) => name !== "svc_status",
);

function toSampleOfEach(toValue: (entry: Entry) => number): (source: MetricsSource) => readonly Sample[] {
  return ({ entries }) =>
    sortByName(entries).map((entry) => ({ labels: { name: entry.name }, value: toValue(entry) }));
}
