import { describeError } from "../core/describe-error.ts";
import { log } from "../core/logger.ts";
import type { StatusRegistry } from "../core/registry.ts";
import type { Entry } from "../core/report.ts";
import { toSentChange } from "../core/sent-change.ts";
import { type SentEntry, toSentEntry } from "../core/sent-entry.ts";
import { HISTORY_LIMIT, type SentMemory, type SentRecheck, type ToSentinel } from "./protocol.ts";

export interface PublishSetup {
  readonly registry: StatusRegistry;
  readonly publishMs: number;
  readonly send: (message: ToSentinel) => void;
  readonly onRound: () => void;
}

export interface Publisher {
  /** Publishes everything anew that is known: the thread that had it is gone. */
  repeat(): void;
  stop(): void;
}

/** An entry as it was published, and a text that is the same as long as the entry says the same. */
interface Published {
  readonly sent: SentEntry;
  readonly key: string;
}

/**
 * Asks the handlers now and then and publishes what is different; a change of a state is published at once. Its timers
 * keep no process alive.
 */
export function startPublishing({ registry, publishMs, send, onRound }: PublishSetup): Publisher {
  let published: ReadonlyMap<string, Published> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function publish(): Promise<void> {
    try {
      const { entries } = await registry.getReport();
      if (isStopped) return;
      publishEntries(entries);
      onRound();
    } catch (error) {
      log(registry.logger, "error", `the sentinel could not be given a report: ${describeError(error)}`);
    }
    if (!isStopped) timer = setTimeout(publish, publishMs).unref();
  }

  function publishEntries(entries: readonly Entry[]): void {
    const before = published;
    published = new Map(entries.map((entry) => [entry.name, toPublished(entry)]));
    const names = [...published.keys()];
    const news = [...published.values()].filter(({ key, sent }) => before?.get(sent.name)?.key !== key);
    const rechecked = [...published.values()].flatMap(({ key, sent }) => toRecheck(before, key, sent));
    const isArranged = before !== undefined && isSameList(names, [...before.keys()]);
    if (isArranged && news.length === 0 && rechecked.length === 0) return;
    send({
      kind: "report",
      ...(!isArranged && { names }),
      entries: news.map(({ sent }) => sent),
      rechecked,
      memories: names.filter((name) => !before?.has(name)).map(toMemory),
    });
  }

  function toMemory(name: string): SentMemory {
    const history = registry.history(name).slice(-HISTORY_LIMIT).map(toSentChange);
    return { name, history, counts: registry.changeCounts(name) };
  }

  const stopListening = registry.on("change", function publishChange(change) {
    send({ kind: "change", change: toSentChange(change), counts: registry.changeCounts(change.name) });
  });
  void publish();

  return {
    repeat() {
      if (published === undefined) return;
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

function toPublished(entry: Entry): Published {
  const sent = toSentEntry(entry);
  return { sent, key: JSON.stringify({ ...sent, checkedAt: 0, durationMs: 0 }) };
}

function toRecheck(
  before: ReadonlyMap<string, Published> | undefined,
  key: string,
  { name, checkedAt, durationMs }: SentEntry,
): readonly SentRecheck[] {
  const last = before?.get(name);
  const isRechecked = last?.key === key && last.sent.checkedAt !== checkedAt;
  return isRechecked ? [[name, checkedAt, durationMs]] : [];
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
