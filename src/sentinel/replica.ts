import type { Change } from "../core/change.ts";
import { UnknownHandlerError } from "../core/errors.ts";
import { createHolds } from "../core/readiness/holds.ts";
import type { Standing } from "../core/readiness/rule.ts";
import { createStandingRecord, type StandingRecord } from "../core/readiness/standing.ts";
import { observeChanges } from "../core/registry/changes.ts";
import { createEnding } from "../core/registry/ending.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { ReportOptions } from "../core/registry/reports.ts";
import { type ChangeCounts, NO_CHANGES } from "../core/registry/track.ts";
import { createReport, type Entry, type Report } from "../core/report.ts";
import { addRegistrySeams } from "../core/seams.ts";
import { createListeners } from "../util/listeners.ts";
import type { Logger } from "../util/logger.ts";
import { createTrouble } from "../util/trouble.ts";
import { toChange } from "../wire/sent-change.ts";
import { toEntries } from "../wire/sent-entry.ts";
import type { OwnEntries } from "./own-entries.ts";
import { MAX_SENT_HISTORY, type SentMemory, type SentNews, type SentReport } from "./protocol.ts";

export interface ReplicaSetup {
  readonly logger: Logger;
  /** Returns the sentinel's own entries, with names that are not taken. */
  readonly getOwn: (isTaken: (name: string) => boolean) => OwnEntries;
  /** The time of the last round of publishing, in milliseconds since the epoch. */
  readonly getReportedAt: () => number;
}

/** A copy of the main thread's registry, as last published. */
export interface Replica {
  readonly registry: StatusRegistry;
  applyReport(report: SentReport): void;
  applyNews(news: SentNews): void;
}

/** The history of a handler, from its registration to its removal. */
interface Memory {
  history: readonly Change[];
  counts: ChangeCounts;
  readonly record: StandingRecord;
  readonly standing: Standing;
}

const LISTENER_TROUBLE = { event: "sentinel-listener", what: "a listener of the registry failed" } as const;

/** A registry that runs no handlers. Its reports contain the published entries and the sentinel's own. */
export function createReplica({ logger, getOwn, getReportedAt }: ReplicaSetup): Replica {
  let published = new Map<string, Entry>();
  const memories = new Map<string, Memory>();
  const trouble = createTrouble({ ...LISTENER_TROUBLE, getLogger: () => logger });
  const listeners = createListeners<Change>(trouble.failed);

  function applyReport({ names, entries, rechecked, memories: sent }: SentReport): void {
    for (const { name, ...memory } of sent) memories.set(name, toMemory(memory));
    for (const entry of toEntries(entries) ?? []) {
      published.set(entry.name, entry);
      memories.get(entry.name)?.record.record(entry.status.state);
    }
    for (const [name, checkedAt, durationMs] of rechecked) {
      const entry = published.get(name);
      if (entry) published.set(name, { ...entry, checkedAt: new Date(checkedAt), durationMs });
    }
    if (names !== undefined) published = toOrdered(published, names);
    for (const name of memories.keys()) if (!published.has(name)) memories.delete(name);
  }

  /** Updates the entry at once, because the main thread may be blocked before the next round. */
  function applyNews({ change: sent, counts, remembered }: SentNews): void {
    const change = toChange(sent);
    const { name, status, at, reason } = change;
    const entry = published.get(name);
    if (entry !== undefined) {
      const { reason: _, ...rest } = entry;
      const said = { status, rawStatus: status, since: at, checkedAt: at };
      published.set(name, { ...rest, ...said, ...(reason && { reason }) });
    }
    const memory = memories.get(name) ?? toMemory({ history: [], counts });
    remember(memory, change, remembered);
    memory.counts = counts;
    memories.set(name, memory);
    listeners.emit(change);
  }

  function isTaken(name: string): boolean {
    return published.has(name);
  }

  function getOwnEntries(): readonly Entry[] {
    const { always, whenOld } = getOwn(isTaken);
    return [...always, ...whenOld];
  }

  function getHandlers(): readonly Entry[] {
    return [...getOwnEntries(), ...published.values()];
  }

  async function getReport({ names }: ReportOptions = {}): Promise<Report> {
    const { always, whenOld, isOld } = getOwn(isTaken);
    const own = [...always, ...whenOld.filter(({ name }) => isOld || names?.includes(name))];
    const unknown = names?.find((name) => !published.has(name) && !own.some((entry) => entry.name === name));
    if (unknown !== undefined) throw new UnknownHandlerError(unknown);
    const selected = [...published.values()].filter(({ name }) => names?.includes(name) ?? true);
    return createReport([...own, ...selected], getReportedAt());
  }

  const registry: StatusRegistry = {
    ...NO_HANDLERS,
    logger,
    get names() {
      return getHandlers().map(({ name }) => name);
    },
    get handlers() {
      return getHandlers().map(({ name, critical, scope, dependsOn }) => ({
        name,
        critical,
        scope,
        dependsOn,
      }));
    },
    getReport,
    on: (_event, listener) => listeners.add(listener),
    changes: ({ signal } = {}) => observeChanges({ listen: listeners.add, ending: createEnding(), signal }),
    history: (name) => memories.get(name)?.history ?? [],
    changeCounts: (name) => memories.get(name)?.counts ?? NO_CHANGES,
  };
  const holds = createHolds({
    getNames: () => [...published.values()].filter(({ critical }) => critical).map(({ name }) => name),
    find(name) {
      const entry = published.get(name);
      const memory = memories.get(name);
      return entry && memory && { ...entry, standing: memory.standing };
    },
  });
  addRegistrySeams(registry, {
    getRegistration: (name) => memories.get(name),
    hasRegistrations: true,
    holds,
    getRemark: (name) => getOwnEntries().find((entry) => entry.name === name)?.status.detail,
    isReplica: true,
  });

  return { registry, applyReport, applyNews };
}

/** Methods that are never called in the thread, because no handlers run there. */
const NO_HANDLERS: Pick<
  StatusRegistry,
  | "addStatusHandler"
  | "removeStatusHandler"
  | "getStatus"
  | "isInState"
  | "waitForStatus"
  | "close"
  | typeof Symbol.dispose
> = {
  addStatusHandler: refuse,
  removeStatusHandler: refuse,
  getStatus: refuse,
  isInState: refuse,
  waitForStatus: refuse,
  close: refuse,
  [Symbol.dispose]: refuse,
};

function refuse(): never {
  throw new Error("the replica of a registry runs no handlers");
}

function remember(memory: Memory, change: Change, remembered: number): void {
  // A first result that is OK is not a change.
  if (change.from !== undefined) memory.record.record(change.from);
  memory.record.record(change.to);
  const all = [...memory.history, change];
  memory.history = all.slice(Math.max(0, all.length - Math.min(remembered, MAX_SENT_HISTORY)));
}

function toMemory({ history, counts, standing }: Omit<SentMemory, "name">): Memory {
  const record = createStandingRecord(() => performance.now(), standing);
  return {
    history: history.map(toChange),
    counts,
    record,
    get standing() {
      return record.current;
    },
  };
}

/** Sorts the entries by these names and drops the others. */
function toOrdered(known: ReadonlyMap<string, Entry>, names: readonly string[]): Map<string, Entry> {
  return new Map(
    names.flatMap((name) => {
      const entry = known.get(name);
      return entry === undefined ? [] : [[name, entry] as const];
    }),
  );
}
