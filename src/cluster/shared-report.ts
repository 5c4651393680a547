import { UnknownHandlerError } from "../core/errors.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { ReportOptions } from "../core/registry/reports.ts";
import { createReport, type Entry, type Report } from "../core/report.ts";
import { addRegistrySeams, getRegistrySeams } from "../core/seams.ts";
import { mergeAnswers, toSilentEntry } from "./merge.ts";
import { isListOfTexts, type WorkerAnswer } from "./protocol.ts";

type Names = readonly string[] | undefined;

export interface AllWorkers {
  /** Whether the primary coordinates the workers. */
  readonly isCoordinated: boolean;
  /**
   * Requests the answers of all workers, including this one. Resolves with `undefined` if the primary does
   * not answer.
   */
  requestAll(names: Names): Promise<readonly WorkerAnswer[] | undefined>;
}

/** Wraps a registry so that its reports show all workers. */
export function createSharedRegistry(registry: StatusRegistry, workers: AllWorkers): StatusRegistry {
  async function getReport(options: ReportOptions = {}): Promise<Report> {
    const { names } = options;
    const areUsable = names === undefined || isListOfTexts(names);
    if (!workers.isCoordinated || !areUsable) return registry.getReport(options);
    const startedAt = performance.now();
    const answers = await workers.requestAll(names);
    const waitedMs = performance.now() - startedAt;
    if (answers !== undefined) return toReport(answers, names, waitedMs);
    return workers.isCoordinated ? getHalfReport(names, waitedMs) : registry.getReport(options);
  }

  /** The primary is busy or stuck. The report shows that it covers this worker only. */
  async function getHalfReport(names: Names, waitedMs: number): Promise<Report> {
    const own = await getOwnEntries(registry, names);
    const now = Date.now();
    return createReport([...own, toSilentEntry("primary", now, waitedMs)], now);
  }

  const shared: StatusRegistry = {
    get logger() {
      return registry.logger;
    },
    set logger(logger) {
      registry.logger = logger;
    },
    get names() {
      return registry.names;
    },
    get handlers() {
      return registry.handlers;
    },
    addStatusHandler: (...handler) => registry.addStatusHandler(...handler),
    removeStatusHandler: (name) => registry.removeStatusHandler(name),
    getStatus: (name) => registry.getStatus(name),
    isInState: (name, state) => registry.isInState(name, state),
    waitForStatus: (...awaited) => registry.waitForStatus(...awaited),
    getReport,
    on: (event, listener) => registry.on(event, listener),
    changes: (options) => registry.changes(options),
    history: (name) => registry.history(name),
    changeCounts: (name) => registry.changeCounts(name),
    close: () => registry.close(),
    [Symbol.dispose]: () => registry[Symbol.dispose](),
  };
  // Readiness only uses the worker's own handlers, so the views show which of these it holds.
  const { holds, getFreshReport } = getRegistrySeams(registry);
  addRegistrySeams(shared, { holds, getFreshReport });
  return shared;
}

/** Skips names that are unknown here, because each worker may have different handlers. */
export async function getOwnEntries(registry: StatusRegistry, names: Names): Promise<readonly Entry[]> {
  const known = registry.handlers.map(({ name }) => name);
  const wanted = names === undefined ? known : known.filter((name) => names.includes(name));
  const { entries } = await registry.getReport({ names: wanted });
  return entries;
}

/** @throws UnknownHandlerError if all workers have answered and none has a handler with that name. */
function toReport(answers: readonly WorkerAnswer[], names: Names, waitedMs: number): Report {
  const now = Date.now();
  const entries = mergeAnswers(answers, now, waitedMs);
  const isComplete = answers.every((answer) => answer.entries !== undefined);
  const missing = names?.find((name) => !entries.some((entry) => entry.name === name));
  if (isComplete && missing !== undefined) throw new UnknownHandlerError(missing);
  return createReport(entries, now);
}
