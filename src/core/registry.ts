import { type Clock, systemClock } from "./clock.ts";
import { UnknownHandlerError } from "./errors.ts";
import { expectKnownKeys, expectMethods, expectObject, failExpectation } from "./expect.ts";
import type { StatusHandler } from "./handler.ts";
import { type HandlerOptions, resolveHandlerOptions } from "./handler-options.ts";
import type { Logger } from "./logger.ts";
import { createRegisteredHandler, type RegisteredHandler } from "./registered-handler.ts";
import { expectHandler, expectHandlerName } from "./registration.ts";
import { createReport, type Entry, type Report } from "./report.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";
import { expectState, type WaitOptions, waitUntil } from "./wait.ts";

/** How a registry works. Every option is optional. */
export interface RegistryOptions {
  /** Where trouble is told: `console`, pino and winston fit as they are. Without it the library is silent. */
  readonly logger?: Logger;
  /** Where the registry takes its time from. For tests. */
  readonly clock?: Clock;
}

/** Which handlers a report is about. */
export interface ReportOptions {
  /** Only these handlers are asked. Left out: all of them. */
  readonly names?: readonly string[];
}

/** The set of registered status handlers. */
export interface StatusRegistry {
  /** Where trouble is told. May be set at any time. */
  logger: Logger | undefined;
  /** The names of the handlers, in order of registration. */
  readonly names: readonly string[];
  /** Registers a handler, or replaces the one of this name. @throws TypeError for a mistake in what is given. */
  addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void;
  /** Removes a handler and aborts its run. `false` when there was none of this name. */
  removeStatusHandler(name: string): boolean;
  /** Asks one handler. Rejects with UnknownHandlerError. */
  getStatus(name: string): Promise<Status>;
  /** Asks one handler whether it reports this state. Rejects with UnknownHandlerError. */
  isInState(name: string, state: State): Promise<boolean>;
  /** Asks one handler until it reports this state; `false` when `timeoutMs` has passed before that. */
  waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean>;
  /** Asks the handlers, side by side. Rejects with UnknownHandlerError when a name is not registered. */
  getReport(options?: ReportOptions): Promise<Report>;
}

/** Creates a registry of its own, next to the default one: for tests and for applications with several tenants. */
export function createStatusRegistry(options: RegistryOptions = {}): StatusRegistry {
  expectObject("options", options);
  expectKnownKeys("options", options, ["logger", "clock"]);
  const { logger, clock = systemClock } = options;
  if (logger !== undefined) expectMethods("logger", logger, ["info", "warn", "error"]);
  expectMethods("clock", clock, ["now", "monotonicNow", "startTimer"]);
  const handlers = new Map<string, RegisteredHandler>();

  function addStatusHandler(name: string, handler: StatusHandler, handlerOptions?: HandlerOptions): void {
    expectHandlerName(name);
    expectHandler(handler);
    const resolved = resolveHandlerOptions(handlerOptions);
    const replaced = handlers.get(name);
    handlers.set(name, createRegisteredHandler({ name, handler, options: resolved, clock }));
    replaced?.stop();
  }

  function removeStatusHandler(name: string): boolean {
    handlers.get(name)?.stop();
    return handlers.delete(name);
  }

  async function getStatus(name: string): Promise<Status> {
    const entry = await ask(name);
    if (entry === undefined) throw new UnknownHandlerError(name);
    return entry.status;
  }

  async function isInState(name: string, state: State): Promise<boolean> {
    expectState(state);
    const status = await getStatus(name);
    return status.state === state;
  }

  async function waitForStatus(name: string, state: State, waitOptions: WaitOptions = {}): Promise<boolean> {
    expectState(state);
    return waitUntil({ isInState: () => isInState(name, state), clock, options: waitOptions });
  }

  async function getReport(reportOptions: ReportOptions = {}): Promise<Report> {
    expectObject("options", reportOptions);
    expectKnownKeys("options", reportOptions, ["names"]);
    const { names } = reportOptions;
    const asked = names === undefined ? handlers.keys() : select(names);
    const entries: (Entry | undefined)[] = [];
    for (const entry of Array.from(asked, (name) => ask(name)))
      entries.push(entry instanceof Promise ? await entry : entry);
    return createReport(entries.filter(isPresent), clock.now());
  }

  /** In order of registration, each once, whatever the order asked for. */
  function select(names: readonly string[]): string[] {
    if (!Array.isArray(names)) failExpectation("names", "an array of names", names);
    const wanted = new Set<string>(names);
    for (const name of wanted) {
      if (!handlers.has(name)) throw new UnknownHandlerError(name);
    }
    return [...handlers.keys()].filter((name) => wanted.has(name));
  }

  function ask(name: string, attempt = 1): Entry | undefined | Promise<Entry | undefined> {
    const registered = handlers.get(name);
    const entry = registered?.ask();
    return entry instanceof Promise ? entry.then(askReplacement) : entry;

    /** A handler that was removed or replaced while it was asked has nothing to say any more. */
    function askReplacement(answered: Entry): Entry | undefined | Promise<Entry | undefined> {
      const isReplaced = handlers.get(name) !== registered;
      return isReplaced && attempt < MAX_ATTEMPTS ? ask(name, attempt + 1) : answered;
    }
  }

  return {
    logger,
    get names() {
      return [...handlers.keys()];
    },
    addStatusHandler,
    removeStatusHandler,
    getStatus,
    isInState,
    waitForStatus,
    getReport,
  };
}

/** A handler that replaces itself whenever it is asked would be asked for ever. */
const MAX_ATTEMPTS = 10;

function isPresent(entry: Entry | undefined): entry is Entry {
  return entry !== undefined;
}
