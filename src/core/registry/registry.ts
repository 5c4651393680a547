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
import { UnknownHandlerError } from "../errors.ts";
import type { StatusHandler } from "../handler.ts";
import { type HandlerOptions, resolveHandlerOptions, type Scope } from "../handler-options.ts";
import { noteKnownReport } from "../known-report.ts";
import { createRegistryDeadlines } from "../pipeline/deadlines.ts";
import { expectHandler, expectHandlerName } from "../registration.ts";
import { noteRegistrations } from "../registrations.ts";
import { createReport, type Entry, type Report } from "../report.ts";
import type { State } from "../state.ts";
import type { Status } from "../status.ts";
import { createDependencies, explain } from "./causes.ts";
import { type ObservedChange, observeChanges } from "./changes.ts";
import { createRegisteredHandler, type RegisteredHandler } from "./registered-handler.ts";
import { type ChangeCounts, createTrack, NO_CHANGES } from "./track.ts";
import { expectState, type WaitOptions, waitUntil } from "./wait.ts";

/** How a registry works. Every option is optional. */
export interface RegistryOptions {
  /** Where changes and trouble are told: `console`, pino and winston fit as they are. Without it, the first trouble of each kind is a process warning. */
  readonly logger?: Logger;
  /** Where the registry takes its time from. For tests: see `createFakeClock` in `svc-status/testing`. */
  readonly clock?: Clock;
  /**
   * How many changes of each handler are remembered; 0 remembers none.
   * @default 100
   */
  readonly historyLimit?: number;
}

/** Which handlers a report is about. */
export interface ReportOptions {
  /** Only these handlers are asked. Left out: all of them. */
  readonly names?: readonly string[];
  /**
   * Whether waiting for the report keeps the process alive no longer than what else there is to do. For who asks again
   * and again, as a poller does.
   * @default false
   */
  readonly background?: boolean;
}

/** How changes are looped over. */
export interface ChangesOptions {
  /** Aborted: the loop ends, without an error. */
  readonly signal?: AbortSignal;
}

/** A registered handler as it can be known without asking it. */
export interface HandlerDescription {
  readonly name: string;
  readonly critical: boolean;
  readonly scope: Scope;
}

/** The set of registered status handlers. */
export interface StatusRegistry {
  /** Where changes and trouble are told: RED at `error`, YELLOW at `warn`, OK at `info`. May be set at any time. */
  logger: Logger | undefined;
  /** The names of the handlers, in order of registration. */
  readonly names: readonly string[];
  /** The handlers as they can be known without asking them, in order of registration. */
  readonly handlers: readonly HandlerDescription[];
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
  /** Tells each change of a handler's reported state, at once. Returns the function that ends it. */
  on(event: "change", listener: (change: Change) => void): () => void;
  /**
   * The changes from now on, for `for await`. Ends when the signal is aborted, or when the registry is closed and
   * what happened before that has been read. A consumer that is more than 1,000 changes behind loses the oldest;
   * the next one then says how many in `missed`.
   */
  changes(options?: ChangesOptions): AsyncIterable<ObservedChange>;
  /** The last changes of a handler, the oldest first. Empty for an unknown name. */
  history(name: string): readonly Change[];
  /**
   * How often a handler has changed to each state since it was first registered. A first result counts where it is
   * not OK. Zeros for an unknown name.
   */
  changeCounts(name: string): ChangeCounts;
  /**
   * Stops all timers and runs. Reports stay possible afterwards; every entry is then RED, reason `stale`, and says
   * what it was. Whoever waits for a report or a status is answered. Closing twice is fine.
   */
  close(): void;
  [Symbol.dispose](): void;
}

/** Creates a registry of its own, next to the default one: for tests and for applications with several tenants. */
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
    const resolved = resolveHandlerOptions(handlerOptions);
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
    // First the map: what is stopped may have listeners that register and remove.
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
    // A copy: a handler may register others while it is asked.
    const asked = names === undefined ? [...handlers.values()] : select(names);
    return toReport(await askAndWait(asked, background));
  }

  async function getKnownReport(waitMs: number): Promise<Report> {
    const present = [...handlers.values()];
    const waitedFor = present.filter(({ isBusy }) => !isBusy);
    // That it takes longer is no failure: then it is what is known that counts.
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

  /** Hardly any report has a RED that needs an explanation: there is an index only where one is looked for. */
  function findAmong(entries: readonly Entry[]): (name: string) => Entry | undefined {
    let byName: ReadonlyMap<string, Entry> | undefined;
    return function findEntry(name) {
      byName ??= new Map(entries.map((entry) => [entry.name, entry]));
      return byName.get(name) ?? findLast(name);
    };
  }

  /** In order of registration, each once, whatever the order asked for. */
  function select(names: readonly string[]): RegisteredHandler[] {
    if (!Array.isArray(names)) failExpectation("names", "an array of names", names);
    const wanted = new Set<string>(names);
    for (const name of wanted) {
      if (!handlers.has(name)) throw new UnknownHandlerError(name);
    }
    return [...handlers.values()].filter(({ name }) => wanted.has(name));
  }

  /** Who waits keeps the process alive: nothing else might, and the answer would never come. */
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
   * Asks handlers side by side. Who was removed while it was asked has nothing to say any more; who has taken its
   * place is asked instead. Answers are awaited one after the other, which needs no promise beyond their own.
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
    // Not who was replaced: all of them have been stopped.
    return closed ? [entry] : askAll([successor], attempt);
  }

  /** What is known of a handler without asking it, as long as that can explain another's state. */
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
  noteKnownReport(registry, getKnownReport);
  noteRegistrations(registry, (name) => handlers.get(name)?.track);
  return registry;
}

/**
 * A handler that is asked when somebody asks explains no other's RED when its own result is older: it may be well by
 * now. Scrapers and probes ask more often.
 */
export const MAX_CAUSE_AGE_MS = 60_000;

/** A handler that replaces itself whenever it is asked would be asked for ever. */
const MAX_ATTEMPTS = 10;

// Browsers that do not know the symbol do not know `using` either, but would take it for the name "undefined".
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** The longest history; a longer one is a database's work. */
export const MAX_HISTORY_LIMIT = 100_000;

const LOG_LEVELS: Readonly<Record<State, keyof Logger>> = { OK: "info", YELLOW: "warn", RED: "error" };

function explainEntry(entry: Entry, find: (name: string) => Entry | undefined): Entry {
  return explain(entry, entry.dependsOn, find);
}
