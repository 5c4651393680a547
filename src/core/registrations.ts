import { shareAmongCopies } from "../util/copies.ts";
import type { StatusRegistry } from "./registry/registry.ts";

/** An identity that a handler's name keeps from registration to removal, even if the handler is replaced. */
export type Registration = object;

type GetRegistration = (name: string) => Registration | undefined;

const gettersOf = shareAmongCopies("registrations", () => new WeakMap<StatusRegistry, GetRegistration>());

/** Registers the function that distinguishes a handler from a removed one of the same name. */
export function noteRegistrations(registry: StatusRegistry, getRegistration: GetRegistration): void {
  gettersOf.set(registry, getRegistration);
}

/** `undefined` if the registry wraps another, and so does not distinguish handlers of the same name. */
export function getRegistration(registry: StatusRegistry, name: string): Registration | undefined {
  return gettersOf.get(registry)?.(name);
}
