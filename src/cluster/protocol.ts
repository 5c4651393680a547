import { INSTANCE } from "../core/identity.ts";
import { isProbeBody } from "../core/probe.ts";
import { type ProbeSetting, REASON } from "../core/probe-setting.ts";
import type { Standing } from "../core/readiness/rule.ts";
import { HANDLER_NAME } from "../core/registration.ts";
import { fits } from "../options/read.ts";
import { dispatch, type Receivers } from "../wire/dispatch.ts";
import type { SentEntry } from "../wire/sent-entry.ts";

/** The probe's setting, without the drain of a single worker. */
export type SentSetting = Omit<ProbeSetting, "draining">;

/** The instance that all workers belong to. */
export interface SentIdentity {
  readonly instance: string;
  readonly startedAt: number;
}

/** The standing of a handler's name in a process. Both sides send it when it changes. */
export interface SentStanding {
  readonly kind: "standing";
  readonly name: string;
  readonly standing: Standing;
}

/** A message from a worker to the primary. */
export type ToPrimary =
  | { readonly kind: "hello" }
  | { readonly kind: "bye" }
  | ({ readonly kind: "body" } & SentSetting)
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | { readonly kind: "entries"; readonly id: number; readonly entries: readonly SentEntry[] }
  | SentStanding
  | { readonly kind: "leave"; readonly id: number };

/** A message from the primary to a worker. */
export type ToWorker =
  | { readonly kind: "hello" }
  | { readonly kind: "bye" }
  | ({ readonly kind: "welcome"; readonly timeoutMs: number; readonly identity?: SentIdentity } & SentSetting)
  | ({ readonly kind: "body" } & SentSetting)
  | { readonly kind: "ask"; readonly id: number; readonly names?: readonly string[] }
  | SentStanding
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
  welcome: (fields) => isSetting(fields) && isCount(fields["timeoutMs"]) && isIdentity(fields["identity"]),
  body: isSetting,
  ask: ({ id, names }) => isCount(id) && (names === undefined || isListOfTexts(names)),
  entries: ({ id, entries }) => isCount(id) && Array.isArray(entries),
  answers: ({ id, answers }) => isCount(id) && Array.isArray(answers) && answers.every(isWorkerAnswer),
  standing: ({ name, standing }) => fits(HANDLER_NAME, name) && isStanding(standing),
  leave: ({ id }) => isCount(id),
  left: ({ id, isCovered }) => isCount(id) && typeof isCovered === "boolean",
};

/** Marks a message as ours, because the application shares the channel between processes. */
export function pack(message: ToPrimary | ToWorker): object {
  return { [KEY]: message };
}

/** Passes a message to its listener. Ignores invalid messages and messages of the application. */
export function dispatchPacked<Message extends ToPrimary | ToWorker>(
  packed: unknown,
  receivers: Receivers<Message>,
): void {
  const fields = isObject(packed) ? packed[KEY] : undefined;
  if (!isObject(fields)) return;
  const kind = fields["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(receivers, kind)) return;
  if (!IS_COMPLETE[kind as Message["kind"]](fields)) return;
  dispatch(fields as unknown as Message, receivers);
}

export function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isSetting(fields: Fields): boolean {
  return isProbeBody(fields["body"]) && areSettingFields(fields);
}

function areSettingFields({ reason, until, by }: Fields): boolean {
  const isText = (value: unknown): boolean => value === undefined || fits(REASON, value);
  return isText(reason) && isText(by) && (until === undefined || isTime(until));
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && !Number.isNaN(new Date(value).getTime());
}

/** A primary of an older release sends no identity. */
function isIdentity(value: unknown): boolean {
  if (value === undefined) return true;
  return isObject(value) && fits(INSTANCE, value["instance"]) && isCount(value["startedAt"]);
}

function isStanding(value: unknown): boolean {
  if (!isObject(value)) return false;
  const isTime = (ms: unknown): boolean => ms === undefined || (typeof ms === "number" && ms >= 0);
  return typeof value["hasBeenUp"] === "boolean" && isTime(value["redForMs"]) && isTime(value["leftRedMs"]);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}

function isWorkerAnswer(value: unknown): boolean {
  if (!isObject(value)) return false;
  return isCount(value["worker"]) && (value["entries"] === undefined || Array.isArray(value["entries"]));
}
