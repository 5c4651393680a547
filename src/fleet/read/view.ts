import { OK, RED, STATES, type State, YELLOW } from "../../core/state.ts";
import { groupBy } from "../../util/group-by.ts";
import type { FleetLabels } from "../options.ts";
import type { RecordName } from "../recording/recorded-series.ts";
import type { Series } from "./prometheus.ts";
import { EVALUATED, KIND, NEXT } from "./queries.ts";
import { toMoment } from "./time.ts";

/** `UNKNOWN`: there is no recent state. */
export type FleetState = State | "UNKNOWN";

/** A service, from its series in Prometheus. */
export interface FleetService {
  readonly name: string;
  /** The labels within which services explain each other. */
  readonly where: Readonly<Record<string, string>>;
  readonly state: FleetState;
  /** The start of the state. If RED, the services report it; otherwise, the rules record it. */
  readonly since?: Date;
  /** No instance is both scraped and commissioned. */
  readonly isUnavailable: boolean;
  readonly instances: {
    readonly targets: number;
    readonly scraped: number;
    readonly inService: number;
    /** Only if there are any: they are about to end. The others that are not in service are decommissioned. */
    readonly draining?: number;
  };
  /** More than one during a rollout. */
  readonly versions: readonly { readonly version: string; readonly instances: number }[];
  /** Only if RED: the service where the failure began, which may be the service itself. */
  readonly root?: string;
  /** The handlers that are RED without a cause in another handler or service. */
  readonly causes: readonly string[];
  /** When the rules were evaluated. */
  readonly evaluatedAt?: Date;
}

/** Identifies a service among several with the same name. */
export type Find = (labels: Series["labels"]) => string;

/** The services in the result of a query, worst first. Evaluations before `oldest` count as unknown. */
export function toServices(
  series: readonly Series[],
  labels: FleetLabels,
  oldest: Date,
): readonly FleetService[] {
  const find = toFind(labels);
  const groups = groupBy(series, (one) => find(one.labels));
  const services = [...groups.values()]
    .map((group) => toService(group, labels, oldest))
    .filter((service) => service !== undefined);
  return followRoots(services, series, labels).sort(compare);
}

/** Maximum length of a path, in services. */
const MAX_PATH = 100;

/** The rules find a root over four services. A longer path is followed to its end, or to the first member of a cycle. */
function followRoots(
  services: readonly FleetService[],
  series: readonly Series[],
  labels: FleetLabels,
): FleetService[] {
  const known = new Map(services.map((service) => [toKey(service), service]));
  const next = new Map(
    series.flatMap((one) => {
      const { upstream } = one.labels;
      if (toKind(one) !== NEXT || upstream === undefined) return [];
      const to = known.get(toServiceKey({ ...one.labels, [labels.service]: upstream }, labels));
      return to?.state === RED ? [[toServiceKey(one.labels, labels), to]] : [];
    }),
  );
  return services.map((service) => {
    if (service.state !== RED || service.root !== service.name) return service;
    const seen = new Set<FleetService>();
    let last: FleetService | undefined = service;
    let root = service.root;
    while (last !== undefined && root === last.name && !seen.has(last) && seen.size < MAX_PATH) {
      seen.add(last);
      last = next.get(toKey(last));
      root = last?.root ?? last?.name ?? root;
    }
    return { ...service, root };
  });
}

export function toFind({ service, within }: FleetLabels): Find {
  const names = [...within, service];
  return (labels) => JSON.stringify(names.map((name) => labels[name] ?? ""));
}

function toWhere(labels: Series["labels"], within: FleetLabels["within"]): FleetService["where"] {
  return Object.fromEntries(
    within.flatMap((label) => {
      const value = labels[label];
      return value === undefined ? [] : [[label, value]];
    }),
  );
}

/** Identifies a service of the fleet. */
export function toKey({ where, name }: Pick<FleetService, "where" | "name">, of: string = name): string {
  return JSON.stringify([where, of]);
}

/** The same for the service of a series. */
export function toServiceKey(labels: Series["labels"], { service, within }: FleetLabels): string {
  return toKey({ where: toWhere(labels, within), name: labels[service] ?? "" });
}

/** The kind of a series. */
export function toKind({ labels }: Series): string {
  return labels[KIND] ?? labels["__name__"] ?? "";
}

function toService(
  group: readonly Series[],
  { service, within }: FleetLabels,
  oldest: Date,
): FleetService | undefined {
  const kinds = groupBy(group, toKind);
  const of = (name: RecordName | typeof EVALUATED): readonly Series[] => kinds.get(name) ?? [];
  /** If replicas are not deduplicated, the worst one counts. */
  const number = (name: RecordName): number | undefined => pick(of(name), Math.max);
  const name = group[0]?.labels[service];
  if (name === undefined || number("service:svc_status_known:max") === undefined) return undefined;
  const evaluated = pick(of(EVALUATED), Math.min);
  const evaluatedAt = toMoment(evaluated);
  const isUnavailable = number("service:svc_status_unavailable:max") !== undefined;
  const isOld = evaluated !== undefined && (evaluatedAt === undefined || evaluatedAt < oldest);
  const draining = number("service:svc_status_draining:sum") ?? 0;
  const instances = {
    targets: number("service:svc_status_up:count") ?? 0,
    scraped: number("service:svc_status_up:sum") ?? 0,
    inService: number("service:svc_status_in_service:sum") ?? 0,
    ...(draining > 0 && { draining }),
  };
  const reported = isUnavailable ? RED : toState(number("service:svc_status_overall:max"));
  // Nothing is known about an instance that is not scraped.
  const state = reported === OK && instances.scraped < instances.targets ? YELLOW : reported;
  const starts = of("service:svc_status_since_timestamp_seconds:max").filter(
    ({ labels }) => toState(Number(labels["state"])) === state,
  );
  const failedSince = pick(of("service:svc_status_failed_since_timestamp_seconds:min"), Math.min) ?? 0;
  const since = toMoment((state === RED && failedSince) || pick(starts, Math.min));
  const root = of("service:svc_status_root:max")[0]?.labels["root"];
  const causes = [...of("handler:svc_status_root:count"), ...of("handler:svc_status_unexplained:count")]
    .filter(({ labels }) => labels["role"] !== "effect")
    .map(({ labels }) => labels["name"] ?? "");
  return {
    name,
    where: toWhere(group[0]?.labels ?? {}, within),
    state: isOld ? "UNKNOWN" : state,
    ...(!isOld && since !== undefined && { since }),
    isUnavailable,
    instances,
    versions: [...groupBy(of("service:svc_status_info:count"), toVersion)]
      .map(([version, replicas]) => ({ version, instances: pick(replicas, Math.max) ?? 0 }))
      .sort((one, other) => other.instances - one.instances),
    ...(root !== undefined && { root }),
    causes: [...new Set(causes)].sort(),
    ...(evaluatedAt !== undefined && { evaluatedAt }),
  };
}

function toVersion({ labels }: Series): string {
  return labels["service_version"] ?? "";
}

export function pick(series: readonly Series[], choose: (...values: number[]) => number): number | undefined {
  return series.length === 0 ? undefined : choose(...series.map(({ value }) => value));
}

/** A number that is not a state counts as unknown, not as OK. */
export function toState(value: number | undefined): FleetState {
  return value === undefined ? "UNKNOWN" : (STATES[value] ?? "UNKNOWN");
}

const ORDER: Readonly<Record<FleetState, number>> = { RED: 0, UNKNOWN: 1, YELLOW: 2, OK: 3 };

/** A cause is worse than the effects that it explains. */
function compare(one: FleetService, other: FleetService): number {
  return (
    ORDER[one.state] - ORDER[other.state] ||
    Number(isEffect(one)) - Number(isEffect(other)) ||
    (one.name < other.name ? -1 : Number(one.name > other.name))
  );
}

/** Whether another service explains why it is RED. */
export function isEffect({ state, root, name }: FleetService): boolean {
  return state === RED && root !== undefined && root !== name;
}

/** The worst state. `UNKNOWN` if there is no service. */
export function toWorst(services: readonly Pick<FleetService, "state">[]): FleetState {
  const states = services.map(({ state }) => state).sort((one, other) => ORDER[one] - ORDER[other]);
  return states[0] ?? "UNKNOWN";
}
