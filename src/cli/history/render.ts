import { RED, STATES, type State } from "../../core/state.ts";
import { toExactText } from "../../http/page/time-text.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import { clean } from "../terminal/clean.ts";
import { createPaint, STYLE_OF_STATE } from "../terminal/style.ts";
import { alignColumns } from "../terminal/table.ts";
import { truncate } from "../terminal/width.ts";
import type { HistoryEvent, ServiceHistory, Shares } from "./read-history.ts";

export interface RenderOptions {
  readonly columns: number;
  readonly color: boolean;
}

interface Row {
  readonly cells: readonly string[];
  readonly state: State | undefined;
}

/** The events as a table, oldest first, and below it the shares of time. */
export function renderHistory(history: ServiceHistory, options: RenderOptions): string {
  const { events, shares, from, to, hasMore } = history;
  const count = events.length === 1 ? "1 event" : `${events.length} events`;
  const summary = `${count} from ${toTimeText(from)} to ${toTimeText(to)}${hasMore ? ", and older ones (--limit, --since)" : ""}`;
  const lasted = toLastedTexts(history);
  const rows = events.map(({ at, name, what, detail, state }, index) => ({
    cells: [toTimeText(at), name, what, lasted[index] ?? "", detail].map(clean),
    state,
  }));
  const parts = [
    rows.length > 0 ? renderRows(["TIME", "NAME", "CHANGE", "LASTED", "DETAIL"], rows, options) : [],
    [summary],
    shares.size > 0
      ? renderRows(["NAME", "OK", "YELLOW", "RED", "UNKNOWN"], toShareRows(shares), options)
      : [],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** The worst state of the time: that of a share, or of a change to it. */
export function findWorst({ shares, events }: ServiceHistory): State {
  const has = (state: State): boolean =>
    [...shares.values()].some((share) => share[state] > 0) || events.some((event) => event.state === state);
  return STATES.toReversed().find(has) ?? "OK";
}

/** How long each new state lasted: until the next change of the handler; `+` if there is none. */
function toLastedTexts({ events, to }: ServiceHistory): readonly string[] {
  const next = new Map<string, HistoryEvent>();
  const texts = events.toReversed().map((event) => {
    if (event.kind !== "change") return "";
    const later = next.get(event.name);
    next.set(event.name, event);
    return later === undefined
      ? `${toElapsedText(to - event.at)}+`
      : toElapsedText(later.heldMs ?? later.at - event.at);
  });
  return texts.toReversed();
}

/** The handlers that were least OK come first. */
function toShareRows(shares: ServiceHistory["shares"]): readonly Row[] {
  return [...shares]
    .sort(([, one], [, other]) => other.RED - one.RED || one.OK - other.OK)
    .map(([name, share]) => ({
      cells: [clean(name), ...SHARE_NAMES.map((key) => toShareText(share[key]))],
      state: share.RED > 0 ? RED : undefined,
    }));
}

const SHARE_NAMES: readonly (keyof Shares)[] = ["OK", "YELLOW", "RED", "unknown"];

/** Rounds down, but never to 0, so that 100 % means always. */
function toShareText(share: number): string {
  const percent = Math.floor(share * 10_000 + 1e-6) / 100;
  return percent === 0 && share > 0 ? "<0.01 %" : `${percent} %`;
}

function toTimeText(at: number): string {
  return Number.isNaN(new Date(at).getTime()) ? "?" : toExactText(new Date(at));
}

function renderRows(heads: readonly string[], rows: readonly Row[], options: RenderOptions): string[] {
  const paint = createPaint(options.color);
  return alignColumns([heads, ...rows.map(({ cells }) => cells)]).map((cells, index) => {
    const line = truncate(cells.join("  ").trimEnd(), options.columns);
    const state = rows[index - 1]?.state;
    if (index === 0) return paint("bold", line);
    return state === undefined ? line : paint(STYLE_OF_STATE[state], line);
  });
}
