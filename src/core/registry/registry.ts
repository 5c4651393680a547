/// <reference lib="esnext.disposable" preserve="true" />

import { readOptions } from "../../options/read-options.ts";
import { CLOCK, LOGGER } from "../../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../options/shape.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import type { Logger } from "../../util/logger.ts";
import type { Change } from "../change.ts";
import type { StatusHandler } from "../handler.ts";
import type { HandlerOptions, Scope } from "../handler-options.ts";
import { createRegistryDeadlines } from "../pipeline/deadlines.ts";
import { createLoggedHolds, type HoldsSetup } from "../readiness/holds.ts";
import { createSharedStandings } from "../readiness/shared-standings.ts";
import type { Report } from "../report.ts";
import { addRegistrySeams } from "../seams.ts";
import type { State } from "../state.ts";
import type { Status } from "../status.ts";
import type { ObservedChange } from "./changes.ts";
import { createEnding } from "./ending.ts";
import { findCauses } from "./find-causes.ts";
import { type ChangesOptions, createNews } from "./news.ts";
import { createRecords } from "./records.ts";
import type { RegisteredHandler } from "./registered-handler.ts";
import { createRegistering } from "./registering.ts";
import { createReports, type ReportOptions } from "./reports.ts";
import { type ChangeCounts, createTrack, NO_CHANGES, type Track } from "./track.ts";
import type { WaitOptions } from "./wait.ts";

/** How a registry works. Every option is optional. */
export interface RegistryOptions {
  /**
   * Logs changes and errors: `console`, pino and winston work directly. Without it, the first error of each
   * kind becomes a process warning.
   */
  readonly logger?: Logger;
  /** The registry's source of time. For tests: see `createFakeClock` in `svc-status/testing`. */
  readonly clock?: Clock;
  /**
   * Maximum number of changes to keep per handler; 0 keeps none.
   * @default 100
   */
  readonly historyLimit?: number;
}

/** The part of a registered handler that is known without running it. */
export interface HandlerDescription {
  readonly name: string;
  readonly critical: boolean;
  readonly scope: Scope;
  /** The handlers that can explain why this one is RED. */
  readonly dependsOn: readonly string[];
}

/** The set of registered status handlers. */
export interface StatusRegistry {
  /** Logs changes and errors: RED at `error`, YELLOW at `warn`, OK at `info`. You can set it at any time. */
  logger: Logger | undefined;
  /** The names of the handlers, in order of registration. */
  readonly names: readonly string[];
  /** The descriptions of the handlers, in order of registration. Reading them runs no handler. */
  readonly handlers: readonly HandlerDescription[];
  /** Registers a handler, or replaces the one with this name. @throws TypeError for an invalid argument. */
  addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void;
  /** Removes a handler and aborts its run. Returns `false` if there was none with this name. */
  removeStatusHandler(name: string): boolean;
  /** Gets the status of one handler. Rejects with UnknownHandlerError. */
  getStatus(name: string): Promise<Status>;
  /** Whether one handler reports this state. Rejects with UnknownHandlerError. */
  isInState(name: string, state: State): Promise<boolean>;
  /** Waits until one handler reports this state. Resolves to `false` if `timeoutMs` passes first. */
  waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean>;
  /** Runs the handlers concurrently. Rejects with UnknownHandlerError if a name is not registered. */
  getReport(options?: ReportOptions): Promise<Report>;
  /**
   * Calls the listener immediately on each change of a handler's reported state. Returns a function that
   * removes the listener.
   */
  on(event: "change", listener: (change: Change) => void): () => void;
  /**
   * The changes from now on, for `for await`. The loop ends when the signal aborts, or when the registry is
   * closed and the earlier changes have been read. A consumer that is more than 1,000 changes behind loses
   * the oldest; the next change contains their number in `missed`.
   */
  changes(options?: ChangesOptions): AsyncIterable<ObservedChange>;
  /** The last changes of a handler, oldest first. Empty for an unknown name. */
  history(name: string): readonly Change[];
  /**
   * Number of changes of a handler to each state since it was first registered. A first result counts if it
   * is not OK. Zeros for an unknown name.
   */
  changeCounts(name: string): ChangeCounts;
  /**
   * Stops all timers and runs, and resolves pending reports and statuses. You can still request reports:
   * every entry is then RED, reason `stale`, and its detail contains the last state. You may close it twice.
   */
  close(): void;
  [Symbol.dispose](): void;
}

/** Maximum length of the history. Longer histories belong in a database. */
export const MAX_HISTORY_LIMIT = 100_000;

const REGISTRY_OPTIONS: OptionShapes<RegistryOptions, WithDefaults<RegistryOptions, "logger">> = {
  logger: LOGGER,
  clock: { ...CLOCK, default: systemClock },
  historyLimit: { kind: "number", min: 0, max: MAX_HISTORY_LIMIT, integer: true, default: 100 },
};

/** Creates a registry independent of the default one, for tests and for applications with several tenants. */
export function createStatusRegistry(options: RegistryOptions = {}): StatusRegistry {
  const { logger, clock, historyLimit } = readOptions(REGISTRY_OPTIONS, options);
  const handlers = new Map<string, RegisteredHandler>();
  const ending = createEnding();
  const deadlines = createRegistryDeadlines(clock);
  const causes = findCauses(handlers, clock);
  const news = createNews({ clock, getLogger: () => registry.logger, ending });
  const reports = createReports({ handlers, causes, deadlines, clock, ending });
  const holds = createLoggedHolds({ ...toJudged(handlers), clock, getLogger: () => registry.logger });
  const { review } = holds;
  const records = createRecords(handlers);
  const registering = createRegistering({
    handlers,
    toTrack,
    deadlines,
    clock,
    ending,
    onRegistered: review,
  });
  ending.onClose(holds.stop);
  const inherited = createSharedStandings(clock.monotonicNow);
  let onStanding = (_name: string): void => {};

  function toTrack(name: string): Track {
    const { explainChange: explain } = causes;
    const track = createTrack({
      name,
      clock,
      historyLimit,
      explain,
      onChange,
      onStanding: () => onStanding(name),
    });
    const others = inherited.find(name);
    if (others !== undefined) track.inherit(others);
    return records.continue(name, track);
  }

  function onChange(change: Change): void {
    news.emit(change);
    review();
  }

  function close(): void {
    ending.close(function stopHandlers() {
      for (const registered of handlers.values()) registered.stop();
    });
  }

  const { getKnownReport, getFreshReport, ...reading } = reports;
  const registry: StatusRegistry = {
    logger,
    get names() {
      return [...handlers.keys()];
    },
    get handlers() {
      return Array.from(handlers, ([name, { options }]) => {
        const { critical, scope, dependsOn } = options;
        return { name, critical, scope, dependsOn };
      });
    },
    ...registering,
    ...reading,
    on: news.on,
    changes: news.changes,
    history: (name) => [...(handlers.get(name)?.track.history ?? [])],
    changeCounts: (name) => ({ ...(handlers.get(name)?.track.counts ?? NO_CHANGES) }),
    close,
    [DISPOSE]: close,
  };
  addRegistrySeams(registry, {
    getKnownReport,
    getFreshReport,
    // The states in a closed registry are unknown, so it has no data about its handlers either.
    getRegistration: (name) => (ending.isClosed ? undefined : handlers.get(name)?.track),
    hasRegistrations: true,
    holds,
    shareStandings(listener) {
      onStanding = listener;
    },
    inheritStanding(name, others) {
      inherited.add(name, others);
      handlers.get(name)?.track.inherit(others);
      review();
    },
    records,
  });
  return registry;
}

/** The data by which readiness judges the handlers. */
function toJudged(handlers: ReadonlyMap<string, RegisteredHandler>): HoldsSetup {
  return {
    getNames: () => [...handlers.values()].filter(({ options }) => options.critical).map(({ name }) => name),
    find(name) {
      const found = handlers.get(name);
      return found && { ...found.options, standing: found.track.standing };
    },
  };
}

// Browsers without this symbol do not support `using` either, but would use the key "undefined".
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
