import { isProbeBody } from "../core/probe.ts";
import { type Hearers, hear } from "../wire/hearers.ts";
import type { SentEntry } from "../wire/sent-entry.ts";

/** A message from a worker to the primary. */
export type ToPrimary =
  | { readonly kind: "hello" }
  | { readonly kind: "bye" }
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: "entries"; readonly id: number; readonly entries: readonly SentEntry[] }
  | { readonly kind: "leave"; readonly id: number };

/** A message from the primary to a worker. */
export type ToWorker =
  | { readonly kind: "hello" }
  | { readonly kind: "bye" }
  | { readonly kind: "welcome"; readonly body: string; readonly timeoutMs: number }
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: "answers"; readonly id: number; readonly answers: readonly WorkerAnswer[] }
  | { readonly kind: "left"; readonly id: number; readonly isCovered: boolean };

/** The answer of one worker. `entries` is missing if it timed out. */
export interface WorkerAnswer {
  readonly worker: number;
  readonly entries?: readonly SentEntry[];
}

type Fields = Readonly<Record<string, unknown>>;

const KEY = "svc-status";

/** Validates the fields of each kind, because the processes of one cluster may run different releases. */
const IS_COMPLETE: Readonly<Record<(ToPrimary | ToWorker)["kind"], (fields: Fields) => boolean>> = {
  hello: () => true,
  bye: () => true,
  welcome: ({ body, timeoutMs }) => isProbeBody(body) && isCount(timeoutMs),
  body: ({ body }) => isProbeBody(body),
  ask: ({ id, names }) => isCount(id) && (names === undefined || isListOfTexts(names)),
  entries: ({ id, entries }) => isCount(id) && Array.isArray(entries),
  answers: ({ id, answers }) => isCount(id) && Array.isArray(answers) && answers.every(isWorkerAnswer),
  leave: ({ id }) => isCount(id),
  left: ({ id, isCovered }) => isCount(id) && typeof isCovered === "boolean",
};

/** Marks a message as ours, because the application shares the channel between processes. */
export function pack(message: ToPrimary | ToWorker): object {
  return { [KEY]: message };
}

/** Passes a message to its listener. Ignores invalid messages and messages of the application. */
export function hearPacked<Message extends ToPrimary | ToWorker>(
  packed: unknown,
  hearers: Hearers<Message>,
): void {
  const fields = isObject(packed) ? packed[KEY] : undefined;
  if (!isObject(fields)) return;
  const kind = fields["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(hearers, kind)) return;
  if (!IS_COMPLETE[kind as Message["kind"]](fields)) return;
  hear(fields as unknown as Message, hearers);
}

export function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}

function isWorkerAnswer(value: unknown): boolean {
  if (!isObject(value)) return false;
  return isCount(value["worker"]) && (value["entries"] === undefined || Array.isArray(value["entries"]));
}
