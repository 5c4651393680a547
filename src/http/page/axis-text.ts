import { type Spell, sumOf, toShare } from "./axis-spells.ts";
import type { AxisWindow } from "./axis-window.ts";
import { toAgeText } from "./time-text.ts";

/** Formats a moment as the time of a day, after the date if `isLong`: `11-27 03:12`. */
export type ToClock = (at: number, isLong: boolean) => string;

/** The time of a day in UTC. */
export function toUtcClock(at: number, isLong = false): string {
  return new Date(at)
    .toISOString()
    .slice(isLong ? 5 : 11, 16)
    .replace("T", " ");
}

/** Maximum number of spells that the text describes. */
const MAX_SPELLS = 3;

/** Maximum number of starts that the text names. */
const MAX_STARTS = 3;

/** The states of a window in words, their share that was OK, and the starts in it. */
export function toAxisText(
  spells: readonly Spell[],
  starts: readonly number[],
  window: AxisWindow,
  format: ToClock,
): string {
  const toClock = (at: number): string => format(at, window.isLong);
  const share = toShare(spells);
  const unknownMs = sumOf(spells, "unknown");
  const unknown = unknownMs > 0 ? `, ${toAgeText(unknownMs)} unknown` : "";
  const known = share === "" ? "" : ` ${share} OK${unknown}.`;
  return `${toSentence(spells, toClock)}.${known}${toStartsText(starts, window, toClock)}`;
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
