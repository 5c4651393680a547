import { RED } from "../core/state.ts";
import { groupBy } from "../util/group-by.ts";
import type { FleetView } from "./read/reader.ts";
import { type FleetService, isEffect, toKey } from "./read/view.ts";

/** Explains why to set up the rules. */
export const RAW =
  "without the recording rules of svc-status fleet rules: no causes, and it reads every series, which does not scale";

/** Names what is missing although the states are complete. */
export function describeAbsent({ absent = [] }: Pick<FleetView, "absent">): readonly string[] {
  return absent.map((rule) => `no series of the recording rule ${rule}: see svc-status fleet rules`);
}

const MAX_NAMES = 5;

/** Describes why a service is RED, and which instances and versions to examine. */
export function describeService(service: FleetService, effects: Effects): readonly string[] {
  const { instances, versions } = service;
  const { targets, scraped, inService, draining = 0 } = instances;
  const decommissioned = scraped - inService - draining;
  return [
    ...describeCause(service, effects),
    ...(scraped < targets ? [`${targets - scraped} not scraped`] : []),
    ...(draining > 0 ? [`${draining} draining`] : []),
    ...(decommissioned > 0 ? [`${decommissioned} decommissioned`] : []),
    ...(versions.length > 1 ? [describeVersions(service)] : []),
  ];
}

/** `3 instances, 3 scraped, 2 in service, 1 draining` */
export function describeInstances({ instances }: FleetService): string {
  const { targets, scraped, inService, draining } = instances;
  const counts = { instances: targets, scraped, "in service": inService, draining };
  return Object.entries(counts)
    .flatMap(([what, count]) => (count === undefined ? [] : [`${count.toLocaleString("en")} ${what}`]))
    .join(", ");
}

export function describeVersions({ versions }: FleetService): string {
  return versions.map(({ version, instances }) => `${version || "no version"}: ${instances}`).join(", ");
}

function describeCause(service: FleetService, effects: Effects): readonly string[] {
  const { state, root, isUnavailable, causes } = service;
  if (state !== RED) return [];
  if (isEffect(service)) return [`because of ${root}`];
  const { length } = effects.of(service);
  return [
    ...(isUnavailable ? ["nobody in service"] : causes.slice(0, MAX_NAMES)),
    ...(length > 0 ? [`${length} RED because of it`] : []),
  ];
}

/** Groups the services that are RED because of another one, at any depth, by the service that is the cause. */
export interface Effects {
  of(service: FleetService): readonly FleetService[];
}

export function findEffects(services: readonly FleetService[]): Effects {
  const effects = groupBy(services.filter(isEffect), (service) => toKey(service, service.root));
  return { of: (service) => effects.get(toKey(service)) ?? [] };
}

/** `orders (eu, shop)` */
export function toTitle({ name, where }: FleetService): string {
  const place = Object.values(where).join(", ");
  return `${name}${place === "" ? "" : ` (${place})`}`;
}

/** `2 of 5 services` */
export function countServices({
  state,
  services,
}: {
  readonly state: string;
  readonly services: readonly FleetService[];
}): string {
  const bad = services.filter((service) => service.state === state).length;
  return state === "OK" ? `${services.length} services` : `${bad} of ${services.length} services`;
}
