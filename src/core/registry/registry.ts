/// <reference lib="esnext.disposable" preserve="true" />

import {
  expectBoolean,
  expectFunction,
  expectKnownKeys,
  expectMethods,
  expectNumber,
  expectObject,
  failExpectation,
} from "../../options/expect.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import { createDates } from "../../util/dates.ts";
import { createListeners } from "../../util/listeners.ts";
import { type Logger, log } from "../../util/logger.ts";
import { settleWithin } from "../../util/settle-within.ts";
import { createTrouble } from "../../util/trouble.ts";
import { type Change, describeChange } from "../change.ts";
import { getDefaultScope } from "../default-scope.ts";
import { UnknownHandlerError } from "../errors.ts";
import type { StatusHandler } from "../handler.ts";
import { type HandlerOptions, resolveHandlerOptions, type Scope } from "../handler-options.ts";
import { createRegistryDeadlines } from "../pipeline/deadlines.ts";
import { expectHandler, expectHandlerName } from "../registration.ts";
import { createReport, type Entry, type Report } from "../report.ts";
import { addRegistrySeams } from "../seams.ts";
import type { State } from "../state.ts";
import type { Status } from "../status.ts";
import { createDependencies, explain } from "./causes.ts";
import { type ObservedChange, observeChanges } from "./changes.ts";
import { createRegisteredHandler, type RegisteredHandler } from "./registered-handler.ts";
import { type ChangeCounts, createTrack, NO_CHANGES } from "./track.ts";
import { expectState, type WaitOptions, waitUntil } from "./wait.ts";

/** How a registry works. Every option is optional. */
export interface RegistryOptions {
  /**
   * Logs changes and trouble: `console`, pino and winston fit as they are. Without it, the first trouble of
   * each kind becomes a process warning.
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

/** Which handlers a report contains. */
export interface ReportOptions {
  /** Runs only these handlers. Default: all handlers. */
  readonly names?: readonly string[];
  /**
   * `true`: waiting for the report does not keep the process alive. For callers that request reports
   * repeatedly, such as pollers.
   * @default false
   */
  readonly background?: boolean;
}

/** The options of `registry.changes()`. */
export interface ChangesOptions {
  /** Ends the loop, without an error, when it aborts. */
  readonly signal?: AbortSignal;
}

/** The part of a registered handler that is known without running it. */
export interface HandlerDescription {
  readonly name: string;
  readonly critical: boolean;
  readonly scope: Scope;
}

/** The set of registered status handlers. */
export interface StatusRegistry {
  /** Logs changes and trouble: RED at `error`, YELLOW at `warn`, OK at `info`. You can set it at any time. */
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

/** Creates a registry independent of the default one, for tests and for applications with several tenants. */
export function createStatusRegistry(options: RegistryOptions = {}): StatusRegistry {
  expectObject("options", options);
  expectKnownKeys("options", options, ["logger", "clock", "historyLimit"]);
  const { logger, clock = systemClock, historyLimit = 100 } = options;
  if (logger !== undefined) expectMethods("logger", logger, ["info", "warn", "error"]);
  expectMethods("clock", clock, ["now", "monotonicNow", "random", "startTimer"]);
  expectNumber("historyLimit", historyLimit, { min: 0, max: MAX_HISTORY_LIMIT, integer: true });
  const handlers = new Map<string, RegisteredHandler>();
  const dependencies = createDependencies();
  const trouble = createTrouble({
    what: "a listener of the registry threw",
    getLogger: () => registry.logger,
    clock,
  });
  const listeners = createListeners<Change>(trouble.failed);
  const closing = createListeners<void>(() => {});
  const deadlines = createRegistryDeadlines(clock);
  const toDate = createDates();
  let closed = false;

  function addStatusHandler(name: string, handler: StatusHandler, handlerOptions?: HandlerOptions): void {
    expectHandlerName(name);
    expectHandler(handler);
    const resolved = resolveHandlerOptions(handlerOptions, getDefaultScope(handler));
    dependencies.expectNoCycle(name, resolved.dependsOn);
    const replaced = handlers.get(name);
    const track =
      replaced?.track ?? createTrack({ name, clock, historyLimit, explain: explainChange, onChange: tell });
    const registered = createRegisteredHandler({
      name,
      handler,
      options: resolved,
      clock,
      track,
      deadlines: deadlines.join(resolved.timeoutMs),
      toDate,
      predecessor: replaced?.last,
    });
    // The map comes first: stopping a handler may call listeners that register and remove handlers.
    handlers.set(name, registered);
    dependencies.set(name, resolved.dependsOn);
    replaced?.stop();
    if (closed) registered.stop();
  }

  function removeStatusHandler(name: string): boolean {
    const removed = handlers.get(name);
    handlers.delete(name);
    dependencies.delete(name);
    removed?.stop();
    return removed !== undefined;
  }

  async function getStatus(name: string): Promise<Status> {
    const registered = handlers.get(name);
    const [entry] = registered === undefined ? [] : await askAndWait([registered], false);
    if (entry === undefined) throw new UnknownHandlerError(name);
    return explainEntry(entry, findLast).status;
  }

  async function isInState(name: string, state: State): Promise<boolean> {
    expectState(state);
    const status = await getStatus(name);
    return status.state === state;
  }

  async function waitForStatus(name: string, state: State, waitOptions: WaitOptions = {}): Promise<boolean> {
    expectState(state);
    return waitUntil({
      isInState: () => isInState(name, state),
      clock,
      options: waitOptions,
      onClose: closing.add,
      isClosed: () => closed,
    });
  }

  async function getReport(reportOptions: ReportOptions = {}): Promise<Report> {
    expectObject("options", reportOptions);
    expectKnownKeys("options", reportOptions, ["names", "background"]);
    const { names, background = false } = reportOptions;
    expectBoolean("background", background);
    // A copy, because a handler may register others while it runs.
    const asked = names === undefined ? [...handlers.values()] : select(names);
    return toReport(await askAndWait(asked, background));
  }

  async function getKnownReport(waitMs: number): Promise<Report> {
    const present = [...handlers.values()];
    const waitedFor = present.filter(({ isBusy }) => !isBusy);
    // A timeout is not a failure: the report then contains the last known entries.
    await settleWithin(askAll(waitedFor), waitMs, { clock, background: true }).catch(() => {});
    return toReport(present.flatMap(({ name }) => handlers.get(name)?.known ?? []));
  }

  function toReport(entries: readonly Entry[]): Report {
    const find = findAmong(entries);
    return createReport(
      entries.map((entry) => explainEntry(entry, find)),
      clock.now(),
    );
  }

  /** Reports rarely contain a RED that needs an explanation, so the index is created on first use. */
  function findAmong(entries: readonly Entry[]): (name: string) => Entry | undefined {
    let byName: ReadonlyMap<string, Entry> | undefined;
    return function findEntry(name) {
      byName ??= new Map(entries.map((entry) => [entry.name, entry]));
      return byName.get(name) ?? findLast(name);
    };
  }

  /** In order of registration, each handler once, whatever the order of the names. */
  function select(names: readonly string[]): RegisteredHandler[] {
    if (!Array.isArray(names)) failExpectation("names", "an array of names", names);
    const wanted = new Set<string>(names);
    for (const name of wanted) {
      if (!handlers.has(name)) throw new UnknownHandlerError(name);
    }
    return [...handlers.values()].filter(({ name }) => wanted.has(name));
  }

  /** Waiting keeps the process alive. Otherwise, it might exit before the results arrive. */
  async function askAndWait(
    asked: readonly RegisteredHandler[],
    background: boolean,
  ): Promise<readonly Entry[]> {
    if (background) return askAll(asked);
    deadlines.hold();
    try {
      return await askAll(asked);
    } finally {
      deadlines.release();
    }
  }

  /**
   * Runs handlers concurrently. Drops the results of handlers removed while they ran, and runs the handlers
   * that replaced them. It awaits results one after the other, which needs no additional promises.
   */
  async function askAll(asked: readonly RegisteredHandler[], attempt = 1): Promise<readonly Entry[]> {
    const entries: Entry[] = [];
    const present: (RegisteredHandler | undefined)[] = [];
    const answers = asked.map((each) => {
      const registered = each.isStopped ? handlers.get(each.name) : each;
      present.push(registered);
      return registered?.ask();
    });
    let stopped: Set<Entry> | undefined;
    for (let index = 0; index < answers.length; index += 1) {
      const answer = answers[index];
      const entry = answer instanceof Promise ? await answer : answer;
      if (entry === undefined) continue;
      entries.push(entry);
      if (entry.reason === "stale" && present[index]?.isStopped) stopped = (stopped ?? new Set()).add(entry);
    }
    if (stopped === undefined || attempt === MAX_ATTEMPTS) return entries;
    const succeeded = entries.map((entry) =>
      stopped?.has(entry) ? askSuccessor(entry, attempt + 1) : [entry],
    );
    return (await Promise.all(succeeded)).flat();
  }

  function askSuccessor(entry: Entry, attempt: number): readonly Entry[] | Promise<readonly Entry[]> {
    const successor = handlers.get(entry.name);
    if (successor === undefined) return [];
    // Do not run the successor: closing the registry has stopped all handlers.
    return closed ? [entry] : askAll([successor], attempt);
  }

  /** The last entry, if it is recent enough to explain another handler's state. Does not run the handler. */
  function findLast(name: string): Entry | undefined {
    const { last, options: handlerOptions } = handlers.get(name) ?? {};
    if (last === undefined || handlerOptions?.intervalMs !== undefined) return last;
    return clock.now() - last.checkedAt.getTime() <= MAX_CAUSE_AGE_MS ? last : undefined;
  }

  function explainChange(change: Change): Change {
    return explain(change, handlers.get(change.name)?.options.dependsOn ?? [], findLast);
  }

  function tell(change: Change): void {
    log(registry.logger, LOG_LEVELS[change.to], describeChange(change));
    listeners.tell(change);
  }

  function on(event: "change", listener: (change: Change) => void): () => void {
    if (event !== "change") failExpectation("event", '"change"', event);
    expectFunction("listener", listener);
    return listeners.add(listener);
  }

  function changes(changesOptions: ChangesOptions = {}): AsyncIterable<ObservedChange> {
    expectObject("options", changesOptions);
    expectKnownKeys("options", changesOptions, ["signal"]);
    const { signal } = changesOptions;
    if (signal !== undefined) expectMethods("signal", signal, ["addEventListener", "removeEventListener"]);
    return observeChanges({ listen: listeners.add, onClose: closing.add, isClosed: () => closed, signal });
  }

  function close(): void {
    closed = true;
    for (const registered of handlers.values()) registered.stop();
    closing.tell();
  }

  const registry: StatusRegistry = {
    logger,
    get names() {
      return [...handlers.keys()];
    },
    get handlers() {
      return Array.from(
        handlers,
        ([
          name,
          {
            options: { critical, scope },
          },
        ]) => ({ name, critical, scope }),
      );
    },
    addStatusHandler,
    removeStatusHandler,
    getStatus,
    isInState,
    waitForStatus,
    getReport,
    on,
    changes,
    history: (name) => [...(handlers.get(name)?.track.history ?? [])],
    changeCounts: (name) => ({ ...(handlers.get(name)?.track.counts ?? NO_CHANGES) }),
    close,
    [DISPOSE]: close,
  };
  addRegistrySeams(registry, { getKnownReport, getRegistration: (name) => handlers.get(name)?.track });
  return registry;
}

/**
 * Maximum age of a result that can explain the RED of another handler, for handlers without `intervalMs`:
 * such a handler may have recovered since. Scrapers and probes request reports more often.
 */
export const MAX_CAUSE_AGE_MS = 60_000;

/** Maximum number of attempts: a handler that replaces itself in each run would otherwise run forever. */
const MAX_ATTEMPTS = 10;

// Browsers without this symbol do not support `using` either, but would use the key "undefined".
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** Maximum length of the history. Longer histories belong in a database. */
export const MAX_HISTORY_LIMIT = 100_000;

const LOG_LEVELS: Readonly<Record<State, keyof Logger>> = { OK: "info", YELLOW: "warn", RED: "error" };

function explainEntry(entry: Entry, find: (name: string) => Entry | undefined): Entry {
  return explain(entry, entry.dependsOn, find);
}
