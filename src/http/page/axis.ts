import type { State } from "../../core/state.ts";
import { toAgeText } from "./time-text.ts";

/** The mark of the axis for a moment. */
export type AxisMark = State | "unknown";

/** The moment at which a state began. Before the first turn, the state is unknown. */
export interface Turn {
  readonly at: number;
  readonly mark: AxisMark;
}

/** The spans that a reader can choose. */
export type AxisSpan = "1h" | "24h" | LongSpan;

/** The spans that need a recorded history. */
export type LongSpan = "7d" | "30d";

/** The part of time that the axis shows. */
export interface AxisWindow {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly tickMs: number;
  readonly labelMs: number;
  /** Whether its times need a date. */
  readonly isLong: boolean;
}

/** The axis of one handler. It changes only if something in the window does. */
export interface DrawnAxis {
  /** The paths of the bars, in a view box of `AXIS_UNITS` by `AXIS_HEIGHT`. */
  readonly paths: Readonly<Record<AxisMark, string>>;
  /** The share of the known time that was OK. */
  readonly share: string;
  toText(format: ToClock): string;
}

export interface AxisTicks {
  readonly path: string;
  readonly labels: readonly { readonly x: string; readonly text: string }[];
}

const AXIS_MINUTE_MS = 60_000;
const AXIS_HOUR_MS = 60 * AXIS_MINUTE_MS;

const AXIS_DAY_MS = 24 * AXIS_HOUR_MS;

interface SpanDefinition extends Pick<AxisWindow, "title" | "tickMs"> {
  readonly ms: number;
  /** Default: a share of the span. */
  readonly labelMs?: number;
}

const SPANS: Readonly<Record<AxisSpan, SpanDefinition>> = {
  "1h": { title: "1 h", ms: AXIS_HOUR_MS, tickMs: 10 * AXIS_MINUTE_MS },
  "24h": { title: "24 h", ms: AXIS_DAY_MS, tickMs: AXIS_HOUR_MS },
  "7d": { title: "7 d", ms: 7 * AXIS_DAY_MS, tickMs: AXIS_DAY_MS, labelMs: 2 * AXIS_DAY_MS },
  "30d": { title: "30 d", ms: 30 * AXIS_DAY_MS, tickMs: AXIS_DAY_MS },
};

export const AXIS_SPANS: readonly AxisSpan[] = ["1h", "24h"];

export const LONG_SPANS: readonly LongSpan[] = ["7d", "30d"];

export const DEFAULT_SPAN: AxisSpan = "24h";

export const AXIS_UNITS = 720;
export const AXIS_HEIGHT = 12;

/** Number of labels. A span is divided evenly, so that many are always visible. */
export const AXIS_LABELS = 6;

/** Maximum number of spells that the text describes. */
const MAX_SPELLS = 3;

/** The worse the state, the taller its bar, because some people cannot distinguish the colors. */
const HEIGHTS: Readonly<Record<AxisMark, number>> = { unknown: 1, OK: 4, YELLOW: 8, RED: 12 };

const LETTERS: Readonly<Record<AxisMark, string>> = { unknown: "u", OK: "o", YELLOW: "y", RED: "r" };

/** The marks in the order in which they are drawn: the worst covers the others. */
export const AXIS_MARKS: readonly AxisMark[] = ["unknown", "OK", "YELLOW", "RED"];

export function toSpanTitle(span: AxisSpan): string {
  return SPANS[span].title;
}

export function isAxisSpan(text: unknown): text is AxisSpan {
  return typeof text === "string" && Object.hasOwn(SPANS, text);
}

export function isLongSpan(text: unknown): text is LongSpan {
  return text === "7d" || text === "30d";
}

export function toSpanMs(span: AxisSpan): number {
  return SPANS[span].ms;
}

/** `o<time>r<time>…`: the time of the first turn, then the time since the one before, in base 36. */
export function encodeTurns(turns: readonly Turn[]): string {
  let last = 0;
  return turns
    .map(({ at, mark }) => {
      const passed = at - last;
      last = at;
      return LETTERS[mark] + passed.toString(36);
    })
    .join(" ");
}

export function decodeTurns(text: string): readonly Turn[] {
  let at = 0;
  return text.split(" ").flatMap((turn) => {
    const mark = AXIS_MARKS.find((each) => LETTERS[each] === turn[0]);
    if (mark === undefined) return [];
    at += Number.parseInt(turn.slice(1), 36);
    return { at, mark };
  });
}

/** The window moves in steps of one unit, so that an axis on which nothing happened stays the same. */
export function toAxisWindow(span: AxisSpan, now: number): AxisWindow {
  const { ms, title, tickMs, labelMs = ms / AXIS_LABELS } = SPANS[span];
  const stepMs = ms / AXIS_UNITS;
  const to = Math.ceil(now / stepMs) * stepMs;
  return { title, from: to - ms, to, tickMs, labelMs, isLong: isLongSpan(span) };
}

/** Formats a moment as the time of a day, after the date if `isLong`: `11-27 03:12`. */
export type ToClock = (at: number, isLong: boolean) => string;

/** The time of a day in UTC. */
export function toUtcClock(at: number, isLong = false): string {
  return new Date(at)
    .toISOString()
    .slice(isLong ? 5 : 11, 16)
    .replace("T", " ");
}

/** Length of the date before the time of a day. */
const DATE_LENGTH = 5;

/** Maximum number of starts that the text names. */
const MAX_STARTS = 3;

/** `starts` are those of processes, oldest first. */
export function drawAxis(
  turns: readonly Turn[],
  window: AxisWindow,
  starts: readonly number[] = [],
): DrawnAxis {
  const spells = toSpells(turns, window);
  const share = toShare(spells);
  const unknownMs = sumOf(spells, "unknown");
  const unknown = unknownMs > 0 ? `, ${toAgeText(unknownMs)} unknown` : "";
  return {
    paths: {
      unknown: toPath(spells, "unknown", window),
      OK: toPath(spells, "OK", window),
      YELLOW: toPath(spells, "YELLOW", window),
      RED: toPath(spells, "RED", window),
    },
    share,
    toText(format) {
      const toClock = (at: number): string => format(at, window.isLong);
      const known = share === "" ? "" : ` ${share} OK${unknown}.`;
      return `${toSentence(spells, toClock)}.${known}${toStartsText(starts, window, toClock)}`;
    },
  };
}

/** ` Started 11-27 03:16.`: the last starts in the window. */
function toStartsText(
  starts: readonly number[],
  { from, to }: AxisWindow,
  toClock: (at: number) => string,
): string {
  const shown = starts.filter((at) => at >= from && at < to);
  if (shown.length === 0) return "";
  const more = shown.length > MAX_STARTS ? ` ${shown.length} times, last` : "";
  return ` Started${more} ${shown.slice(-MAX_STARTS).map(toClock).join(", ")}.`;
}

/** The marks of the starts in a window. */
export function drawStarts(starts: readonly number[], window: AxisWindow): string {
  const shown = starts.filter((at) => at >= window.from && at < window.to);
  return [...new Set(shown.map((at) => `M${toX(at, window)} 0V${AXIS_HEIGHT}`))].join("");
}

/** The ticks of a window, at the full hours of a time zone. */
export function drawTicks(window: AxisWindow, offsetMs: number, toClock: ToClock): AxisTicks {
  const { from, to, tickMs, labelMs } = window;
  const atEach = (stepMs: number): readonly number[] => {
    const first = Math.ceil((from + offsetMs) / stepMs) * stepMs - offsetMs;
    return Array.from(
      { length: Math.floor((to - first) / stepMs) + 1 },
      (_, index) => first + index * stepMs,
    );
  };
  const labels = atEach(labelMs).slice(0, AXIS_LABELS);
  return {
    path: atEach(tickMs)
      .map((at) => `M${toX(at, window)} 0v3`)
      .join(""),
    labels: labels.map((at) => ({
      x: `${((100 * (at - from)) / (to - from)).toFixed(1)}%`,
      text: window.isLong ? toClock(at, true).slice(0, DATE_LENGTH) : toClock(at, false),
    })),
  };
}

/** A time in one state, clipped to the window. */
interface Spell {
  readonly mark: AxisMark;
  readonly from: number;
  readonly to: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function toSpells(turns: readonly Turn[], { from, to }: AxisWindow): readonly Spell[] {
  const all: readonly Turn[] = [{ at: Number.NEGATIVE_INFINITY, mark: "unknown" }, ...turns];
  return all.flatMap(({ at, mark }, index) => {
    const end = all[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    if (end <= from || at >= to) return [];
    return { mark, from: Math.max(at, from), to: Math.min(end, to), isFirst: at <= from, isLast: end >= to };
  });
}

function toX(at: number, { from, to }: AxisWindow): number {
  return Math.round((AXIS_UNITS * (at - from)) / (to - from));
}

/** Spells that are too short for a unit are drawn once, by the width of the stroke. */
function toPath(spells: readonly Spell[], mark: AxisMark, window: AxisWindow): string {
  const top = AXIS_HEIGHT - HEIGHTS[mark];
  const bars = spells
    .filter((spell) => spell.mark === mark)
    .map(({ from, to }) => `M${toX(from, window)} ${AXIS_HEIGHT}V${top}H${toX(to, window)}V${AXIS_HEIGHT}z`);
  return [...new Set(bars)].join("");
}

function sumOf(spells: readonly Spell[], mark: AxisMark): number {
  return spells.reduce((sum, spell) => sum + (spell.mark === mark ? spell.to - spell.from : 0), 0);
}

/** Never rounded up: 100 % means always. Empty if nothing is known. */
function toShare(spells: readonly Spell[]): string {
  const okMs = sumOf(spells, "OK");
  const knownMs = okMs + sumOf(spells, "YELLOW") + sumOf(spells, "RED");
  if (knownMs === 0) return "";
  const tenths = Math.floor((1_000 * okMs) / knownMs) / 10;
  return tenths === 0 && okMs > 0 ? "<0.1 %" : `${tenths} %`;
}

/** `RED 11:00–11:01, OK since`: the last spells that were not OK, and what came after. */
function toSentence(spells: readonly Spell[], toClock: (at: number) => string): string {
  const [first, ...later] = spells;
  const last = spells.at(-1);
  if (first === undefined || last === undefined || (first.mark === "unknown" && later.length === 0))
    return "Nothing is known";
  const isBorn = first.mark === "unknown";
  const told = (isBorn ? later : spells).filter(({ mark }) => mark !== "OK");
  const more = told.length > MAX_SPELLS ? [`${told.length} times not OK, the last ${MAX_SPELLS}:`] : [];
  const shown = told.slice(-MAX_SPELLS).map((spell) => toSpellText(spell, toClock));
  const end = last.mark !== "OK" ? [] : [toEndText(last, told.length > 0, toClock)];
  const birth = later.length > 1 ? ` ${toClock(first.to)}` : "";
  const born = isBorn ? [`unknown before${birth}`] : [];
  return [...more, [...shown, ...end, ...born].join(", ")].join(" ");
}

function toEndText({ from, isFirst }: Spell, isAfter: boolean, toClock: (at: number) => string): string {
  if (isAfter) return "OK since";
  return isFirst ? "OK" : `OK since ${toClock(from)}`;
}

function toSpellText({ mark, from, to, isFirst, isLast }: Spell, toClock: (at: number) => string): string {
  if (isFirst) return isLast ? `${mark} all the time` : `${mark} until ${toClock(to)}`;
  if (isLast) return `${mark} since ${toClock(from)}`;
  const [start, end] = [toClock(from), toClock(to)];
  return start === end ? `${mark} ${start} for ${toAgeText(to - from)}` : `${mark} ${start}–${end}`;
}
