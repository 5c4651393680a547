import { shareAmongCopies } from "../util/copies.ts";
import type { StatusRegistry } from "./registry/registry.ts";

/** What stays the same from a handler's registration to its removal, also if the handler is replaced. */
export type Registration = object;

type GetRegistration = (name: string) => Registration | undefined;

const gettersOf = shareAmongCopies("registrations", () => new WeakMap<StatusRegistry, GetRegistration>());

/** How a registry distinguishes a handler from one that was removed and had the same name. */
export function noteRegistrations(registry: StatusRegistry, getRegistration: GetRegistration): void {
  gettersOf.set(registry, getRegistration);
}

/** `undefined` if the registry does not distinguish handlers of one name, because it wraps another. */
export function getRegistration(registry: StatusRegistry, name: string): Registration | undefined {
  return gettersOf.get(registry)?.(name);
}
