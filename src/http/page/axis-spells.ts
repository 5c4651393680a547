import type { AxisMark, Turn } from "./axis-turns.ts";
import type { AxisWindow } from "./axis-window.ts";

/** A time in one state, clipped to the window. */
export interface Spell {
  readonly mark: AxisMark;
  readonly from: number;
  readonly to: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export function toSpells(turns: readonly Turn[], { from, to }: AxisWindow): readonly Spell[] {
  const all: readonly Turn[] = [{ at: Number.NEGATIVE_INFINITY, mark: "unknown" }, ...turns];
  return all.flatMap(({ at, mark }, index) => {
    const end = all[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    if (end <= from || at >= to) return [];
    return { mark, from: Math.max(at, from), to: Math.min(end, to), isFirst: at <= from, isLast: end >= to };
  });
}

export function sumOf(spells: readonly Spell[], mark: AxisMark): number {
  return spells.reduce((sum, spell) => sum + (spell.mark === mark ? spell.to - spell.from : 0), 0);
}

/** Never rounded up: 100 % means always. Empty if nothing is known. */
export function toShare(spells: readonly Spell[]): string {
  const okMs = sumOf(spells, "OK");
  const knownMs = okMs + sumOf(spells, "YELLOW") + sumOf(spells, "RED");
  if (knownMs === 0) return "";
  const tenths = Math.floor((1_000 * okMs) / knownMs) / 10;
  return tenths === 0 && okMs > 0 ? "<0.1 %" : `${tenths} %`;
}
