import { RED, STATES, type State, YELLOW } from "../../core/state.ts";
import { groupBy } from "../../util/group-by.ts";
import type { FleetLabels } from "../options.ts";
import type { RecordName } from "../recording/recorded-series.ts";
import type { Series } from "./prometheus.ts";
import { toMoment } from "./time.ts";
import { type FleetService, type FleetState, pick, toFind, toKind, toServices, toState } from "./view.ts";

export interface FleetHandler {
  readonly name: string;
  /** The worst of all instances. */
  readonly state: FleetState;
  readonly critical: boolean;
  readonly since?: Date;
  /** The number of instances in each state. */
  readonly instances: Readonly<Record<State, number>>;
  /** Only if RED: the service where the failure began. */
  readonly root?: string;
  /** If RED: the labels that its RED instances have in common. */
  readonly shared?: SharedLabel;
}

/** An instance that is down, draining, decommissioned or not OK. */
export interface FleetInstance {
  readonly name: string;
  /** `down`: it is not scraped. */
  readonly problem: "RED" | "YELLOW" | "down" | "draining" | "decommissioned";
  readonly handler?: string;
  readonly labels: Series["labels"];
}

/** A label that the RED instances of a handler have in common, and most others do not. */
export interface SharedLabel {
  readonly label: string;
  readonly value: string;
  /** The RED instances with the value. */
  readonly red: number;
  /** All instances with the value. */
  readonly instances: number;
  /** All instances. */
  readonly total: number;
}

export interface ServiceDetail extends FleetService {
  readonly handlers: readonly FleetHandler[];
  /** The number of instances by their overall states. Needs the recording rules. */
  readonly states: Readonly<Record<State, number>>;
  /** Maximum 100 instances of each kind. */
  readonly problems: readonly FleetInstance[];
}

/** The services in the result of a query, with their handlers and instances. */
export function toDetails(
  series: readonly Series[],
  labels: FleetLabels,
  oldest: Date,
): readonly ServiceDetail[] {
  const find = toFind(labels);
  const groups = groupBy(series, ({ labels: each }) => find(each));
  return toServices(series, labels, oldest).map((service) => {
    const own = groups.get(find({ ...service.where, [labels.service]: service.name })) ?? [];
    const states = countStates(own.filter((one) => toKind(one) === "service:svc_status_overall:count"));
    return { ...service, handlers: toHandlers(own), states, problems: toInstances(own) };
  });
}

/** Adds the series of each state. If replicas are not deduplicated, the largest one counts. */
function countStates(series: readonly Series[]): Readonly<Record<State, number>> {
  const count = (state: string): number =>
    [
      ...groupBy(
        series.filter(({ labels }) => labels["state"] === state),
        ({ labels: { critical, scope } }) => JSON.stringify([critical, scope]),
      ).values(),
    ].reduce((sum, replicas) => sum + (pick(replicas, Math.max) ?? 0), 0);
  return { OK: count("0"), YELLOW: count("1"), RED: count("2") };
}

function toHandlers(series: readonly Series[]): readonly FleetHandler[] {
  const of = (record: RecordName, name?: string): readonly Series[] =>
    series.filter((one) => toKind(one) === record && (name === undefined || one.labels["name"] === name));
  const names = new Set(of("handler:svc_status_state:max").map(({ labels }) => labels["name"] ?? ""));
  const handlers = Array.from(names, (name): FleetHandler => {
    const states = of("handler:svc_status_state:max", name);
    const since = toMoment(of("handler:svc_status_red_since_timestamp_seconds:min", name)[0]?.value);
    const root = of("handler:svc_status_root:count", name)[0]?.labels["root"];
    return {
      name,
      state: toState(Math.max(...states.map(({ value }) => value))),
      critical: states.some(({ labels }) => labels["critical"] === "true"),
      ...(since !== undefined && { since }),
      instances: countStates(of("handler:svc_status_state:count", name)),
      ...(root !== undefined && { root }),
    };
  });
  return handlers.sort(
    (one, other) =>
      STATES.indexOf(other.state as State) - STATES.indexOf(one.state as State) ||
      (one.name < other.name ? -1 : 1),
  );
}

function toInstances(series: readonly Series[]): readonly FleetInstance[] {
  const toKey = ({ name, handler, problem }: FleetInstance): string =>
    JSON.stringify([name, handler, problem]);
  return [...groupBy(series.flatMap(toInstance), toKey).values()].flatMap((replicas) => replicas.slice(0, 1));
}

function toInstance(one: Series): FleetInstance[] {
  const { instance: name = "", name: handler } = one.labels;
  const kind = toKind(one);
  if (kind === "down" || kind === "draining" || kind === "decommissioned")
    return [{ name, problem: kind, labels: one.labels }];
  if (kind !== "instance" || handler === undefined) return [];
  return [{ name, handler, problem: one.value === 2 ? RED : YELLOW, labels: one.labels }];
}
