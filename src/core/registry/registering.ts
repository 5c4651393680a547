import type { Clock } from "../../util/clock.ts";
import { createDates } from "../../util/dates.ts";
import { getDefaultScope } from "../default-scope.ts";
import type { StatusHandler } from "../handler.ts";
import { type HandlerOptions, resolveHandlerOptions } from "../handler-options.ts";
import { withOfferedUpstream } from "../offered-upstream.ts";
import type { RegistryDeadlines } from "../pipeline/deadlines.ts";
import { expectHandler, expectHandlerName } from "../registration.ts";
import { createDependencies } from "./causes.ts";
import type { Ending } from "./ending.ts";
import { createRegisteredHandler, type RegisteredHandler } from "./registered-handler.ts";
import type { Track } from "./track.ts";

export interface RegisteringSetup {
  /** Contains the registered handlers, in order of registration. */
  readonly handlers: Map<string, RegisteredHandler>;
  /** Creates the record of a new name. */
  readonly toTrack: (name: string) => Track;
  readonly deadlines: RegistryDeadlines;
  readonly clock: Clock;
  readonly ending: Ending;
  /** Called after each addition, replacement and removal. */
  readonly onRegistered: () => void;
}

/** Adds, replaces and removes the handlers of a registry. */
export interface Registering {
  addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void;
  removeStatusHandler(name: string): boolean;
}

export function createRegistering(setup: RegisteringSetup): Registering {
  const { handlers, toTrack, deadlines, clock, ending, onRegistered } = setup;
  const dependencies = createDependencies();
  const toDate = createDates();

  return {
    addStatusHandler(name, handler, handlerOptions) {
      expectHandlerName(name);
      expectHandler(handler);
      const options = withOfferedUpstream(
        resolveHandlerOptions(handlerOptions, getDefaultScope(handler)),
        handler,
      );
      dependencies.expectNoCycle(name, options.dependsOn);
      const replaced = handlers.get(name);
      const registered = createRegisteredHandler({
        name,
        handler,
        options,
        clock,
        track: replaced?.track ?? toTrack(name),
        deadlines: deadlines.join(options.timeoutMs),
        toDate,
        predecessor: replaced?.last,
      });
      // The map comes first: stopping a handler may call listeners that register and remove handlers.
      handlers.set(name, registered);
      dependencies.set(name, options.dependsOn);
      replaced?.stop();
      if (ending.isClosed) registered.stop();
      onRegistered();
    },
    removeStatusHandler(name) {
      const removed = handlers.get(name);
      handlers.delete(name);
      dependencies.delete(name);
      removed?.stop();
      onRegistered();
      return removed !== undefined;
    },
  };
}
