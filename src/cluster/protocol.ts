import type { Entry } from "../core/report.ts";

/** An entry on its way between processes, where a date is a number. */
export interface SentEntry extends Omit<Entry, "checkedAt" | "since"> {
  readonly checkedAt: number;
  readonly since: number;
}

/** What a worker tells the primary. */
export type ToPrimary =
  | { readonly kind: "hello" }
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: "entries"; readonly id: number; readonly entries: readonly SentEntry[] };

/** What the primary tells a worker. */
export type ToWorker =
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: "answers"; readonly id: number; readonly answers: readonly WorkerAnswer[] };

/** What one worker said; `entries` is missing where it did not answer in time. */
export interface WorkerAnswer {
  readonly worker: number;
  readonly entries?: readonly SentEntry[];
}

const KEY = "svc-status";

/** The channel between processes is everybody's: ours are marked. */
export function pack(message: ToPrimary | ToWorker): object {
  return { [KEY]: message };
}

/** The message, or `undefined` where it is none of ours. */
export function unpack<Message extends ToPrimary | ToWorker>(packed: unknown): Message | undefined {
  if (typeof packed !== "object" || packed === null) return undefined;
  return (packed as Record<string, unknown>)[KEY] as Message | undefined;
}

export function toSentEntry(entry: Entry): SentEntry {
  return { ...entry, checkedAt: entry.checkedAt.getTime(), since: entry.since.getTime() };
}

export function toEntry(sent: SentEntry): Entry {
  return { ...sent, checkedAt: new Date(sent.checkedAt), since: new Date(sent.since) };
}
