import { getRegistration, type Registration } from "../core/registrations.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";

/** The handlers that have been other than RED once: later failures are for readiness. */
export interface StartedHandlers {
  add(name: string): void;
  /** The names of the others. Forgets the handlers that were removed. */
  filterOut(names: readonly string[]): readonly string[];
}

export function createStartedHandlers(registry: StatusRegistry): StartedHandlers {
  const started = new Map<string, Registration | undefined>();

  /** A handler that is registered again under the name of a removed one has to start too. */
  function forgetRemoved(): void {
    const names = new Set(registry.names);
    for (const [name, registration] of started) {
      if (!names.has(name) || getRegistration(registry, name) !== registration) started.delete(name);
    }
  }

  return {
    add: (name) => void started.set(name, getRegistration(registry, name)),
    filterOut(names) {
      forgetRemoved();
      return names.filter((name) => !started.has(name));
    },
  };
}
