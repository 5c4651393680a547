import { isState, type State } from "../../core/state.ts";

/** An event of the history. All texts come from the service. */
export interface HistoryEvent {
  readonly at: number;
  readonly kind: string;
  /** The handler; "" for events of the whole process. */
  readonly name: string;
  readonly what: string;
  /** Duration of the previous state. */
  readonly heldMs: number | undefined;
  readonly detail: string;
  readonly state: State | undefined;
}

export type Shares = Readonly<Record<State | "unknown", number>>;

export interface ServiceHistory {
  readonly from: number;
  readonly to: number;
  /** Oldest first. */
  readonly events: readonly HistoryEvent[];
  readonly shares: ReadonlyMap<string, Shares>;
  /** Whether there are older matching events. */
  readonly hasMore: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the answer of a service. `undefined` if it is no history. */
export function readHistory(text: string, name: string | undefined): ServiceHistory | undefined {
  const { from, to, events, availability, handlers, next } = parse(text);
  if (!Array.isArray(events)) return undefined;
  const shown = events.filter(isFields).map(toEvent);
  const each: Fields = name === undefined ? toFields(handlers) : { [name]: availability };
  const shares = Object.entries(each).flatMap(([handler, value]): [string, Shares][] => {
    const known = toShares(value);
    return known ? [[handler, known]] : [];
  });
  return {
    from: toTime(from),
    to: toTime(to),
    events: shown,
    shares: new Map(shares),
    hasMore: next !== undefined,
  };
}

function toEvent(event: Fields): HistoryEvent {
  const { at, kind, name, to, heldMs } = event;
  const common = { at: toTime(at), kind: toText(kind), name: toText(name) };
  const describe = Object.hasOwn(DESCRIPTIONS, common.kind) ? DESCRIPTIONS[common.kind] : undefined;
  const [what = common.kind, ...parts] = describe?.(event) ?? [];
  return {
    ...common,
    what,
    heldMs: typeof heldMs === "number" ? heldMs : undefined,
    detail: parts.filter((part) => part !== "").join(", "),
    state: isState(to) ? to : undefined,
  };
}

/** The event in a few words, followed by the parts of the detail. */
const DESCRIPTIONS: Readonly<Record<string, (event: Fields) => readonly string[]>> = {
  change: ({ from, to, reason, detail }) => [
    `${toText(from) || "new"} -> ${toText(to)}`,
    reason === "reported" ? "" : toText(reason),
    toText(detail),
  ],
  probe: ({ state, reason, by, until }) => [
    toText(state),
    toText(reason),
    toText(by) && `by ${toText(by)}`,
    toText(until) && `until ${toText(until)}`,
  ],
  start: ({ instance, version, lostSince }) => [
    "started",
    toText(instance),
    toText(version) && `version ${toText(version)}`,
    toText(lostSince) && `the process before was lost after ${toText(lostSince)}`,
  ],
  end: ({ instance }) => ["ended", toText(instance)],
  lost: ({ changes }) => ["not stored", typeof changes === "number" ? `${changes} events` : ""],
};

function toShares(value: unknown): Shares | undefined {
  const { OK, YELLOW, RED, unknown } = toFields(value);
  const [ok, yellow, red, none] = [OK, YELLOW, RED, unknown].map(Number);
  if (ok === undefined || yellow === undefined || red === undefined || none === undefined) return undefined;
  if ([ok, yellow, red, none].some(Number.isNaN)) return undefined;
  return { OK: ok, YELLOW: yellow, RED: red, unknown: none };
}

function toTime(value: unknown): number {
  return typeof value === "string" ? Date.parse(value) : Number.NaN;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function toFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function parse(text: string): Fields {
  try {
    return toFields(JSON.parse(text));
  } catch {
    return {};
  }
}
