import { serviceStatus } from "../../adapters/node.ts";
import type { Probe } from "../../core/probe.ts";
import type { StatusRegistry } from "../../core/registry/registry.ts";
import { type Applied, applyHandlers } from "./apply.ts";
import type { Prepared, PreparedHandler } from "./prepare.ts";

/** The state of the running server. */
export interface Serving {
  /** Answers with the current views. */
  readonly answer: ReturnType<typeof serviceStatus>;
  /** Replaces handlers and views between two requests. */
  replace(prepared: Prepared): Applied;
}

export function createServing(registry: StatusRegistry, probe: Probe): Serving {
  let handlers: readonly PreparedHandler[] = [];
  let current = serviceStatus({ registry, probe });

  return {
    answer: (request, response, next) => current(request, response, next),
    replace(prepared) {
      current = serviceStatus({ ...prepared.views, registry, probe });
      const outcome = applyHandlers(registry, handlers, prepared.handlers);
      handlers = outcome.handlers;
      return outcome.applied;
    },
  };
}
