import type { Probe } from "../core/probe.ts";
import type { Held } from "../core/readiness/holds.ts";
import type { ChangeCounts } from "../core/registry/track.ts";
import { createReport, type Entry } from "../core/report.ts";
import { RED, STATE_NUMBERS, STATES } from "../core/state.ts";
import { sortByName } from "../util/sort-by-name.ts";
import type { Sample } from "./sample.ts";
import { toLabelSamples, toStatusSamples } from "./status-samples.ts";

/** The metric families of this library, under their Prometheus names. */
export type FamilyName = "svc_status" | ExtendedFamilyName;

export type ExtendedFamilyName =
  | "svc_status_state"
  | "svc_status_overall"
  | "svc_status_info"
  | "svc_status_cause"
  | "svc_status_held"
  | "svc_status_upstream"
  | "svc_status_label"
  | "svc_status_duration_seconds"
  | "svc_status_last_check_timestamp_seconds"
  | "svc_status_last_change_timestamp_seconds"
  | "svc_status_in_service"
  | "svc_status_draining"
  | "svc_status_changes_total";

export interface MetricFamily {
  readonly help: string;
  readonly type: "unknown" | "gauge" | "counter";
  /** It contains what handlers report beyond their states, so only clients that may see details get it. */
  readonly isDetail?: true;
  readonly toSamples: (source: FamiliesSource) => readonly Sample[];
}

/** The name and the version of the service, for `svc_status_info`. */
export interface ServiceIdentity {
  /** Maximum 200 characters. */
  readonly name?: string;
  /** Maximum 200 characters. */
  readonly version?: string;
}

/** The data that the families are built from. */
export interface FamiliesSource {
  readonly entries: readonly Entry[];
  readonly probe: Pick<Probe, "commissioned"> & Partial<Pick<Probe, "state">>;
  readonly service?: ServiceIdentity;
  /** The handlers that readiness holds. Default: none. */
  readonly held?: Held;
  changeCounts(name: string): ChangeCounts;
}

/** All families, in output order. */
export const METRIC_FAMILIES: Readonly<Record<FamilyName, MetricFamily>> = {
  svc_status: {
    help: "Status 0->OK, 1->YELLOW, 2->RED",
    type: "unknown",
    toSamples: ({ entries }) => toStatusSamples(entries).flat(),
  },
  svc_status_state: {
    help: "State of the handler: 0->OK, 1->YELLOW, 2->RED",
    type: "gauge",
    toSamples: toSamplesOfEach(({ critical, scope, status }) => [
      { labels: { critical: String(critical), scope }, value: STATE_NUMBERS[status.state] },
    ]),
  },
  svc_status_overall: {
    help: "Worst state, with the RED of a non-critical handler as YELLOW: 0->OK, 1->YELLOW, 2->RED",
    type: "gauge",
    toSamples: ({ entries }) => [{ labels: {}, value: STATE_NUMBERS[createReport(entries, 0).state] }],
  },
  svc_status_info: {
    help: "The service and its version; always 1",
    type: "gauge",
    toSamples: ({ service: { name, version } = {} }) => {
      const labels = {
        ...(name !== undefined && { service_name: name }),
        ...(version !== undefined && { service_version: version }),
      };
      return Object.keys(labels).length === 0 ? [] : [{ labels, value: 1 }];
    },
  },
  svc_status_cause: {
    help: "Another handler whose RED explains the RED of this one; always 1",
    type: "gauge",
    toSamples: (source) => {
      const red = new Set(source.entries.flatMap(({ name, status }) => (status.state === RED ? [name] : [])));
      return toSamplesOfEach(({ reason, dependsOn }) =>
        reason !== "dependency" ? [] : toNamed("cause", new Set(dependsOn.filter((name) => red.has(name)))),
      )(source);
    },
  },
  svc_status_held: {
    help: "The handler is RED, and readiness does not count it; always 1",
    type: "gauge",
    toSamples: (source) =>
      toSamplesOfEach(({ name }) => (source.held?.has(name) ? [{ labels: {}, value: 1 }] : []))(source),
  },
  svc_status_upstream: {
    help: "The service that the handler calls; always 1",
    type: "gauge",
    toSamples: toSamplesOfEach(({ upstream }) =>
      toNamed("upstream", upstream === undefined ? [] : [upstream]),
    ),
  },
  svc_status_label: {
    help: "A number that the handler reports",
    type: "gauge",
    isDetail: true,
    toSamples: toSamplesOfEach(toLabelSamples),
  },
  svc_status_duration_seconds: {
    help: "Duration of the last check",
    type: "gauge",
    toSamples: toSampleOfEach(({ durationMs }) => durationMs / 1_000),
  },
  svc_status_last_check_timestamp_seconds: {
    help: "End of the last check",
    type: "gauge",
    toSamples: toSampleOfEach(({ checkedAt }) => checkedAt.getTime() / 1_000),
  },
  svc_status_last_change_timestamp_seconds: {
    help: "Start of the current state",
    type: "gauge",
    toSamples: toSampleOfEach(({ since }) => since.getTime() / 1_000),
  },
  svc_status_in_service: {
    help: "Answer of the probe: 1->in service, 0->decommissioned",
    type: "gauge",
    toSamples: ({ probe }) => [{ labels: {}, value: probe.commissioned ? 1 : 0 }],
  },
  svc_status_draining: {
    help: "The process is about to end; always 1",
    type: "gauge",
    toSamples: ({ probe }) => (probe.state === "draining" ? [{ labels: {}, value: 1 }] : []),
  },
  svc_status_changes_total: {
    help: "Number of changes to this state",
    type: "counter",
    toSamples: (source) =>
      sortByName(source.entries).flatMap(({ name }) => {
        const counts = source.changeCounts(name);
        // Includes zeros: a rate needs a sample from before the first change.
        return STATES.map((state) => ({ labels: { name, state }, value: counts[state] }));
      }),
  },
};

export const FAMILY_NAMES: readonly FamilyName[] = Object.keys(METRIC_FAMILIES) as FamilyName[];

/** The families that are written only on request, in addition to the status. */
export const EXTENDED_FAMILY_NAMES: readonly FamilyName[] = FAMILY_NAMES.filter(
  (name) => name !== "svc_status",
);

function toSampleOfEach(toValue: (entry: Entry) => number): MetricFamily["toSamples"] {
  return toSamplesOfEach((entry) => [{ labels: {}, value: toValue(entry) }]);
}

/** The samples of each handler, with its name as their first label. */
function toSamplesOfEach(toSamples: (entry: Entry) => readonly Sample[]): MetricFamily["toSamples"] {
  return ({ entries }) =>
    sortByName(entries).flatMap((entry) =>
      toSamples(entry).map(({ labels, value }) => ({ labels: { name: entry.name, ...labels }, value })),
    );
}

function toNamed(label: string, names: Iterable<string>): readonly Sample[] {
  return Array.from(names, (name) => ({ labels: { [label]: name }, value: 1 }));
}
