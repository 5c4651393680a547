import type { FleetLabels } from "../options.ts";
import type { Series } from "./prometheus.ts";
import { type Selector, toMatchers } from "./promql.ts";
import { EVALUATED, mark } from "./queries.ts";
import { toKind } from "./view.ts";

/** The instances of a version. */
export interface VersionCounts {
  readonly instances: number;
  /** In service and not RED. */
  readonly ready: number;
  readonly red: number;
}

/** The versions of a service at a moment. */
export interface Rollout {
  readonly targets: number;
  readonly versions: Readonly<Record<string, VersionCounts>>;
  /** The newest sample. */
  readonly sampledAt?: Date;
}

const NONE: VersionCounts = { instances: 0, ready: 0, red: 0 };

/** Reads the instances of one service. It needs no rules, so it does not wait for their evaluation. */
export function toRolloutQuery({ service, within }: FleetLabels, selector: Selector): string {
  const matchers = toMatchers(selector);
  const info = `svc_status_info${matchers}`;
  const on = `on (${[...within, service, "instance"].join(", ")})`;
  const overall = `${on} svc_status_overall${matchers}`;
  const count = (expr: string): string => `count by (service_version) (${expr})`;
  return [
    mark(count(info), "instances"),
    mark(count(`${info} and ${overall} < 2 and ${on} svc_status_in_service${matchers} == 1`), "ready"),
    mark(count(`${info} and ${overall} == 2`), "red"),
    mark(`count(up${matchers})`, "targets"),
    mark(`max(timestamp(svc_status_overall${matchers}))`, EVALUATED),
  ].join(" or ");
}

export function toRollout(series: readonly Series[]): Rollout {
  const of = (kind: string): readonly Series[] => series.filter((one) => toKind(one) === kind);
  const count = (kind: string, version: string): number =>
    of(kind).find(({ labels }) => labels["service_version"] === version)?.value ?? 0;
  const versions = of("instances").map(({ labels: { service_version: version = "" }, value }) => [
    version,
    { instances: value, ready: count("ready", version), red: count("red", version) },
  ]);
  const sampled = of(EVALUATED)[0]?.value;
  return {
    targets: of("targets")[0]?.value ?? 0,
    versions: Object.fromEntries(versions),
    ...(sampled !== undefined && { sampledAt: new Date(sampled * 1_000) }),
  };
}

export interface Verdict {
  /** The share of all instances that have this version and are ready: 0 to 1. */
  readonly ready: number;
  /** `true`: the share of RED instances is larger in this version than in the other versions. */
  readonly isWorse: boolean;
  readonly counts: VersionCounts;
  /** The share of RED instances among the other versions: 0 to 1. Unknown until another version was seen. */
  readonly otherRed?: number;
}

/** Compares a version with the others, or, if they no longer run, with their last known state. */
export function judge(rollout: Rollout, version: string, before?: Verdict): Verdict {
  const { targets, versions } = rollout;
  const counts = versions[version] ?? NONE;
  const others = Object.entries(versions).flatMap(([each, other]) => (each === version ? [] : [other]));
  const otherInstances = sum(others.map(({ instances }) => instances));
  const otherRed = otherInstances > 0 ? sum(others.map(({ red }) => red)) / otherInstances : before?.otherRed;
  const total = Math.max(targets, counts.instances + otherInstances);
  return {
    ready: total === 0 ? 0 : counts.ready / total,
    isWorse: otherRed !== undefined && counts.instances > 0 && counts.red / counts.instances > otherRed,
    counts,
    ...(otherRed !== undefined && { otherRed }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
