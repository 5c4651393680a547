import type { Change } from "../core/change.ts";
import { hasSameInfo } from "../core/handler-info.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { getRegistrySeams, type Registration } from "../core/seams.ts";
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
  /** Publishes the waiting changes. Call it with each beat. */
  flush(): void;
  /** Publishes all known data again, for a restarted thread. */
  repeat(): void;
  stop(): void;
}

interface PublishedEntry {
  readonly sent: SentEntry;
  readonly registration: Registration | undefined;
}

type Published = ReadonlyMap<string, PublishedEntry>;

/**
 * Runs the handlers regularly and publishes the differences. A handler that takes longer than `publishMs` is
 * published with its last known result. The first change of a state is published at once, because the main
 * thread may be blocked right after it. Further changes wait for the next beat, to limit the number of
 * messages. The timers do not keep the process alive.
 */
export function startPublishing({ registry, publishMs, send, onRound }: PublishSetup): Publisher {
  const { getKnownReport, getRegistration } = getRegistrySeams(registry);
  const trouble = createTrouble({
    what: "publishing a report to the sentinel failed",
    recovery: "publishing reports to the sentinel works again",
    getLogger: () => registry.logger,
  });
  let published: Published | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let waiting: SentNews[] = [];
  let mustWait = false;

  async function publish(): Promise<void> {
    try {
      const { entries } = await getKnownReport(publishMs);
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
      // A new handler with the name of a removed one must not get its history.
      if (last === undefined || registration !== last.registration) memories.push(toMemory(name));
    }
    const isArranged = before !== undefined && isSameList(names, [...before.keys()]);
    if (isArranged && news.length + rechecked.length + memories.length === 0) return;
    send({ kind: "report", ...(!isArranged && { names }), entries: news, rechecked, memories });
  }

  function toPublished(entry: Entry): PublishedEntry {
    return { sent: toSentEntry(entry), registration: getRegistration(entry.name) };
  }

  function toMemory(name: string): SentMemory {
    const history = registry.history(name).slice(-MAX_SENT_HISTORY).map(toSentChange);
    const standing = getRegistration(name)?.standing;
    return { name, history, counts: registry.changeCounts(name), ...(standing && { standing }) };
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
      // The memories already include the waiting changes.
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

/** Whether two entries of one handler differ only in the time and duration of the run. */
function saysTheSame(one: SentEntry, other: SentEntry): boolean {
  return (
    isSameStatus(one.status, other.status) &&
    isSameStatus(one.rawStatus, other.rawStatus) &&
    one.since === other.since &&
    one.reason === other.reason &&
    one.critical === other.critical &&
    one.scope === other.scope &&
    isSameList(one.dependsOn, other.dependsOn) &&
    hasSameInfo(one, other)
  );
}

/** Labels that JSON cannot represent are rare, so a status that has some always counts as different. */
function isSameStatus(one: SentStatus, other: SentStatus): boolean {
  return one.json === other.json && one.labels.length === 0 && other.labels.length === 0;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
