import { EventEmitter, once } from "node:events";
import {
  createStatusRegistry,
  type RegistryOptions,
  type StatusRegistry,
} from "../../src/core/registry/registry.ts";

export interface WatchedRegistry {
  readonly registry: StatusRegistry;
  /** How many listen to its changes. */
  readonly listeners: number;
  /** Resolves when nobody listens any more. */
  untilNobodyListens(): Promise<void>;
}

/** A registry that knows who listens to it: somebody does as long as a page is kept up to date. */
export function createWatchedRegistry(options: RegistryOptions = {}): WatchedRegistry {
  const registry = createStatusRegistry(options);
  const events = new EventEmitter();
  let listeners = 0;
  return {
    registry: {
      ...registry,
      on(event, listener) {
        const stop = registry.on(event, listener);
        listeners += 1;
        return function stopListening() {
          stop();
          listeners -= 1;
          events.emit("stopped");
        };
      },
    },
    get listeners() {
      return listeners;
    },
    async untilNobodyListens() {
      while (listeners > 0) await once(events, "stopped");
    },
  };
}
