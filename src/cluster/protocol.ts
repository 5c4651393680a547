import { isProbeBody } from "../core/probe.ts";
import { type Hearers, hear } from "../wire/hearers.ts";
import type { SentEntry } from "../wire/sent-entry.ts";

/** What a worker tells the primary. */
export type ToPrimary =
  | { readonly kind: "hello" }
  | { readonly kind: "bye" }
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: "entries"; readonly id: number; readonly entries: readonly SentEntry[] }
  | { readonly kind: "leave"; readonly id: number };

/** What the primary tells a worker. */
export type ToWorker =
  | { readonly kind: "hello" }
  | { readonly kind: "bye" }
  | { readonly kind: "welcome"; readonly body: string; readonly timeoutMs: number }
  | { readonly kind: "body"; readonly body: string }
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: "answers"; readonly id: number; readonly answers: readonly WorkerAnswer[] }
  | { readonly kind: "left"; readonly id: number; readonly isCovered: boolean };

/** What one worker said; `entries` is missing where it did not answer in time. */
export interface WorkerAnswer {
  readonly worker: number;
  readonly entries?: readonly SentEntry[];
}

type Fields = Readonly<Record<string, unknown>>;

const KEY = "svc-status";

/** What each kind must have. Processes of one cluster may run different releases, so nothing is taken for granted. */
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

/** The channel between processes is everybody's: ours are marked. */
export function pack(message: ToPrimary | ToWorker): object {
  return { [KEY]: message };
}

/** Has the message heard; what is none of ours, and what is not as it should be, by nobody. */
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
