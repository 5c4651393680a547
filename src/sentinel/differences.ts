import type { HandlerInfo } from "../core/handler-info.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { getRegistrySeams, type Registration } from "../core/seams.ts";
import { toSentChange } from "../wire/sent-change.ts";
import { type SentEntry, type SentStatus, toSentEntry } from "../wire/sent-entry.ts";
import { MAX_SENT_HISTORY, type SentMemory, type SentRecheck, type SentReport } from "./protocol.ts";

/** Compares each round of entries with the last published one. */
export interface Differences {
  /** Returns the differences, if any, and counts them as published. */
  update(entries: readonly Entry[]): SentReport | undefined;
  /** All published data again; `undefined` before the first round. */
  repeat(): SentReport | undefined;
}

interface PublishedEntry {
  readonly sent: SentEntry;
  readonly registration: Registration | undefined;
  readonly hasBeenUp: boolean;
}

type Published = ReadonlyMap<string, PublishedEntry>;

export function createDifferences(registry: StatusRegistry): Differences {
  const { getRegistration } = getRegistrySeams(registry);
  let published: Published | undefined;

  function toPublished(entry: Entry): PublishedEntry {
    const registration = getRegistration(entry.name);
    return { sent: toSentEntry(entry), registration, hasBeenUp: registration?.standing.hasBeenUp === true };
  }

  function toMemory(name: string): SentMemory {
    const history = registry.history(name).slice(-MAX_SENT_HISTORY).map(toSentChange);
    const standing = getRegistration(name)?.standing;
    return { name, history, counts: registry.changeCounts(name), ...(standing && { standing }) };
  }

  return {
    update(all) {
      const before = published;
      published = new Map(all.map((entry) => [entry.name, toPublished(entry)]));
      const names = [...published.keys()];
      const entries: SentEntry[] = [];
      const rechecked: SentRecheck[] = [];
      const memories: SentMemory[] = [];
      for (const [name, { sent, registration, hasBeenUp }] of published) {
        const last = before?.get(name);
        if (last === undefined || !saysTheSame(sent, last.sent)) entries.push(sent);
        else if (sent.checkedAt !== last.sent.checkedAt)
          rechecked.push([name, sent.checkedAt, sent.durationMs]);
        // A new handler with the name of a removed one must not get its history. Other processes may have
        // seen a handler up that was never up here.
        if (registration !== last?.registration || hasBeenUp !== last?.hasBeenUp)
          memories.push(toMemory(name));
      }
      const isArranged = before !== undefined && isSameList(names, [...before.keys()]);
      if (isArranged && entries.length + rechecked.length + memories.length === 0) return undefined;
      return { kind: "report", ...(!isArranged && { names }), entries, rechecked, memories };
    },
    repeat() {
      if (published === undefined) return undefined;
      const names = [...published.keys()];
      const entries = Array.from(published.values(), ({ sent }) => sent);
      return { kind: "report", names, entries, rechecked: [], memories: names.map(toMemory) };
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

function hasSameInfo(one: HandlerInfo, other: HandlerInfo): boolean {
  return toInfoText(one) === toInfoText(other);
}

function toInfoText({ runbook, description, tags, upstream }: HandlerInfo): string {
  return JSON.stringify([runbook, description, tags, upstream]);
}
