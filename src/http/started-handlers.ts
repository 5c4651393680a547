import type { StatusRegistry } from "../core/registry/registry.ts";
import { getRegistrySeams } from "../core/seams.ts";

/** The handlers that have been OK or YELLOW at least once. Later failures affect readiness only. */
export interface StartedHandlers {
  add(name: string): void;
  /** Returns the names that have not started. Forgets removed handlers. */
  filterOut(names: readonly string[]): readonly string[];
}

export function createStartedHandlers(registry: StatusRegistry): StartedHandlers {
  const { getRegistration } = getRegistrySeams(registry);
  const started = new Map<string, object | undefined>();

  /** A new handler with the name of a removed one has to start too. */
  function forgetRemoved(): void {
    const names = new Set(registry.names);
    for (const [name, registration] of started) {
      if (!names.has(name) || getRegistration(name) !== registration) started.delete(name);
    }
  }

  return {
    add: (name) => void started.set(name, getRegistration(name)),
    filterOut(names) {
      forgetRemoved();
      return names.filter((name) => !started.has(name));
    },
  };
}
