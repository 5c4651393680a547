import type { Change } from "../core/change.ts";
import { toDetailText } from "../core/detail-text.ts";
import type { ProbeChange } from "../core/probe.ts";
import type { ProbeState } from "../core/probe-setting.ts";
import type { ChangeCounts } from "../core/registry/track.ts";
import { isState, type State } from "../core/state.ts";
import type { Reason } from "../core/status.ts";
import { toShownLine } from "../util/describe-error.ts";

/** Increase it with every change that an older release would misinterpret. */
export const FORMAT_VERSION = 1;

/** Times are in milliseconds since 1970. */
interface Timed {
  readonly t: number;
}

/** The process that writes. */
export interface Writer {
  /** Random, so that no two processes have the same id. */
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly instance: string;
  readonly version?: string;
}

/** The first line of a segment: the known states when it began. */
export interface HeadLine extends Timed {
  readonly k: "head";
  readonly v: number;
  readonly chain: string;
  /** The running process; missing if none was running. */
  readonly writer?: Writer;
  readonly handlers: readonly HandlerSnapshot[];
}

export interface HandlerSnapshot {
  readonly name: string;
  readonly state: State;
  readonly since: number;
  readonly counts: ChangeCounts;
  /** The state comes from an earlier process. */
  readonly old?: true;
}

export interface StartLine extends Timed {
  readonly k: "start";
  readonly writer: Writer;
}

export interface EndLine extends Timed {
  readonly k: "end";
}

/** A state that is not a change: the handler's first result in a process. */
export interface StateLine extends Timed {
  readonly k: "state";
  readonly name: string;
  readonly to: State;
}

export interface ChangeLine extends Timed {
  readonly k: "change";
  readonly name: string;
  readonly from?: State;
  readonly to: State;
  readonly reason?: Reason;
  readonly detail?: string;
  readonly heldMs: number;
}

/** A handler was removed. */
export interface GoneLine extends Timed {
  readonly k: "gone";
  readonly name: string;
}

export interface ProbeLine extends Timed {
  readonly k: "probe";
  readonly body: string;
  readonly state: ProbeState;
  readonly reason?: string;
  readonly until?: number;
  readonly by?: string;
}

/** Changes were lost. The states between the previous line and this one are unknown. */
export interface LostLine extends Timed {
  readonly k: "lost";
  readonly changes: number;
}

/** The process was alive. */
export interface AliveLine extends Timed {
  readonly k?: undefined;
}

export type Line =
  | HeadLine
  | StartLine
  | EndLine
  | StateLine
  | ChangeLine
  | GoneLine
  | ProbeLine
  | LostLine
  | AliveLine;

export function encode(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

/** The detail is stored as the page shows it: in one line, truncated, without secrets. */
export function toChangeLine(
  { name, from, to, reason, status, at, heldMs }: Change,
  toShown: (text: string) => string,
): ChangeLine {
  const detail = toShown(toDetailText(status));
  return {
    k: "change",
    t: at.getTime(),
    name,
    ...(from !== undefined && { from }),
    to,
    ...(reason !== undefined && { reason }),
    ...(detail !== "" && { detail }),
    heldMs: Math.round(heldMs),
  };
}

export function toProbeLine({ body, state, reason, until, by }: ProbeChange, t: number): ProbeLine {
  return {
    k: "probe",
    t,
    body,
    state,
    ...(reason !== undefined && { reason: toShownLine(reason) }),
    ...(until !== undefined && { until: until.getTime() }),
    ...(by !== undefined && { by }),
  };
}

/**
 * Parses a line. Returns `undefined` for a torn or damaged line. A line of an unknown kind counts as a sign
 * of life, because its time is valid.
 */
export function decode(text: string): Line | undefined {
  const value = parse(text);
  if (value === undefined || typeof value["t"] !== "number" || !Number.isFinite(value["t"])) return undefined;
  const { k } = value;
  if (k === undefined) return { t: value["t"] };
  if (!isKind(k)) return { t: value["t"] };
  return IS_WHOLE[k](value) ? (value as unknown as Line) : undefined;
}

type Kind = Exclude<Line["k"], undefined>;
type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isKind(kind: unknown): kind is Kind {
  return typeof kind === "string" && Object.hasOwn(IS_WHOLE, kind);
}

/** A flipped bit may leave valid JSON, so the types of all fields are checked. */
const IS_WHOLE: Readonly<Record<Kind, (fields: Fields) => boolean>> = {
  head: ({ v, chain, writer, handlers }) =>
    isCount(v) &&
    isText(chain) &&
    isMissingOr(isWriter)(writer) &&
    Array.isArray(handlers) &&
    handlers.every(isSnapshot),
  start: ({ writer }) => isWriter(writer),
  end: () => true,
  state: ({ name, to }) => isText(name) && isState(to),
  change: ({ name, from, to, reason, detail, heldMs }) =>
    isText(name) &&
    isMissingOr(isState)(from) &&
    isState(to) &&
    isMissingOr(isText)(reason) &&
    isMissingOr(isText)(detail) &&
    isTime(heldMs),
  gone: ({ name }) => isText(name),
  probe: ({ body, state, reason, until, by }) =>
    isText(body) &&
    isText(state) &&
    isMissingOr(isText)(reason) &&
    isMissingOr(isTime)(until) &&
    isMissingOr(isText)(by),
  lost: ({ changes }) => isCount(changes),
};

function isSnapshot(value: unknown): value is HandlerSnapshot {
  if (!isObject(value) || !isObject(value["counts"])) return false;
  const { OK, YELLOW, RED } = value["counts"];
  return (
    isText(value["name"]) &&
    isState(value["state"]) &&
    isTime(value["since"]) &&
    [OK, YELLOW, RED].every(isCount)
  );
}

function isWriter(value: unknown): value is Writer {
  if (!isObject(value)) return false;
  const { id, pid, host, instance, version } = value;
  return [id, host, instance].every(isText) && isCount(pid) && isMissingOr(isText)(version);
}

function isMissingOr<Value>(isRight: (value: unknown) => value is Value): (value: unknown) => boolean {
  return (value) => value === undefined || isRight(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
