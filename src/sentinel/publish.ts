import type { Change } from "../core/change.ts";
import { getKnownReport } from "../core/known-report.ts";
import { getRegistration, type Registration } from "../core/registrations.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { createTrouble } from "../util/trouble.ts";
import { toSentChange } from "../wire/sent-change.ts";
import { type SentEntry, type SentStatus, toSentEntry } from "../wire/sent-entry.ts";
import {
  MAX_SENT_HISTORY,
  type SentMemory,
  type SentNews,
  type SentRecheck,
  type ToSentinel,
} from "./protocol.ts";

export interface PublishSetup {
  readonly registry: StatusRegistry;
  readonly publishMs: number;
  readonly send: (message: ToSentinel) => void;
  readonly onRound: () => void;
}

export interface Publisher {
  /** To be called with each beat: publishes the changes that have waited for it. */
  flush(): void;
  /** Publishes everything anew that is known: the thread that had it is gone. */
  repeat(): void;
  stop(): void;
}

interface PublishedEntry {
  readonly sent: SentEntry;
  readonly registration: Registration | undefined;
}

type Published = ReadonlyMap<string, PublishedEntry>;

/**
 * Asks the handlers now and then and publishes what is different; who has not answered within `publishMs` is published
 * as last known. A change of a state is published at once, and so the main thread may be blocked just after it; further
 * ones wait for the next beat, because each message has its price. The timers keep no process alive.
 */
export function startPublishing({ registry, publishMs, send, onRound }: PublishSetup): Publisher {
  const trouble = createTrouble({
    what: "the sentinel could not be given a report",
    recovery: "the sentinel is given reports again",
    getLogger: () => registry.logger,
  });
  let published: Published | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let waiting: SentNews[] = [];
  let mustWait = false;

  async function publish(): Promise<void> {
    try {
      const { entries } = await getKnownReport(registry, publishMs);
      if (isStopped) return;
      flush();
      publishEntries(entries);
      onRound();
      trouble.worked();
    } catch (error) {
      trouble.failed(error);
    }
    if (!isStopped) timer = setTimeout(publish, publishMs).unref();
  }

  function publishEntries(entries: readonly Entry[]): void {
    const before = published;
    published = new Map(entries.map((entry) => [entry.name, toPublished(entry)]));
    const names = [...published.keys()];
    const news: SentEntry[] = [];
    const rechecked: SentRecheck[] = [];
    const memories: SentMemory[] = [];
    for (const [name, { sent, registration }] of published) {
      const last = before?.get(name);
      if (last === undefined || !saysTheSame(sent, last.sent)) news.push(sent);
      else if (sent.checkedAt !== last.sent.checkedAt)
        rechecked.push([name, sent.checkedAt, sent.durationMs]);
      // What the thread remembers of a removed handler is not the memory of another one with its name.
      if (last === undefined || registration !== last.registration) memories.push(toMemory(name));
    }
    const isArranged = before !== undefined && isSameList(names, [...before.keys()]);
    if (isArranged && news.length + rechecked.length + memories.length === 0) return;
    send({ kind: "report", ...(!isArranged && { names }), entries: news, rechecked, memories });
  }

  function toPublished(entry: Entry): PublishedEntry {
    return { sent: toSentEntry(entry), registration: getRegistration(registry, entry.name) };
  }

  function toMemory(name: string): SentMemory {
    const history = registry.history(name).slice(-MAX_SENT_HISTORY).map(toSentChange);
    return { name, history, counts: registry.changeCounts(name) };
  }

  function publishChange(change: Change): void {
    const { name } = change;
    const remembered = registry.history(name).length;
    waiting.push({ change: toSentChange(change), counts: registry.changeCounts(name), remembered });
    if (!mustWait) flush();
  }

  function flush(): void {
    mustWait = waiting.length > 0;
    if (waiting.length === 0) return;
    send({ kind: "news", news: waiting });
    waiting = [];
  }

  const stopListening = registry.on("change", publishChange);
  void publish();

  return {
    flush,
    repeat() {
      if (published === undefined) return;
      // What waits is in the memories already.
      waiting = [];
      const names = [...published.keys()];
      const entries = Array.from(published.values(), ({ sent }) => sent);
      send({ kind: "report", names, entries, rechecked: [], memories: names.map(toMemory) });
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      stopListening();
    },
  };
}

/** Whether two entries of one handler differ in nothing but when it was asked, and for how long. */
function saysTheSame(one: SentEntry, other: SentEntry): boolean {
  return (
    isSameStatus(one.status, other.status) &&
    isSameStatus(one.rawStatus, other.rawStatus) &&
    one.since === other.since &&
    one.reason === other.reason &&
    one.critical === other.critical &&
    one.scope === other.scope &&
    isSameList(one.dependsOn, other.dependsOn)
  );
}

/** Labels that JSON cannot say are rare; a status that has some counts as new. */
function isSameStatus(one: SentStatus, other: SentStatus): boolean {
  return one.json === other.json && one.labels.length === 0 && other.labels.length === 0;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
