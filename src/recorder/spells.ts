import type { RecordedTurn } from "../core/recorded-past.ts";
import { RED, STATES, type State, YELLOW } from "../core/state.ts";
import type { Piece } from "./replayed-handlers.ts";

/** A known state from one moment to another. */
export type Spell = Pick<Piece, "state" | "from" | "to">;

/**
 * The states over a period. If several processes know the state of a handler at a moment, the worst one counts; if none
 * does, the state is unknown. The first turn is at the start.
 */
export function toWorstTurns(spells: readonly Spell[], start: number, end: number): readonly RecordedTurn[] {
  const marks = spells
    .map(({ state, from, to }) => ({ state, from: Math.max(from, start), to: Math.min(to, end) }))
    .filter(({ from, to }) => from < to)
    .flatMap(({ state, from, to }) => [
      { at: from, state, by: 1 },
      { at: to, state, by: -1 },
    ])
    .sort((one, other) => one.at - other.at);
  const present: Record<State, number> = { OK: 0, YELLOW: 0, RED: 0 };
  const turns: RecordedTurn[] = [{ at: start, mark: "unknown" }];
  for (const [index, { at, state, by }] of marks.entries()) {
    present[state] += by;
    if (marks[index + 1]?.at === at || at === end) continue;
    const mark = [RED, YELLOW, ...STATES].find((each) => present[each] > 0) ?? "unknown";
    if (turns.at(-1)?.at === at) turns.pop();
    if (turns.at(-1)?.mark !== mark) turns.push({ at, mark });
  }
  return turns;
}

/** The known periods between turns. */
export function toSpells(turns: readonly RecordedTurn[], end: number): readonly Spell[] {
  return turns.flatMap(({ at, mark }, index) =>
    mark === "unknown" ? [] : [{ state: mark, from: at, to: turns[index + 1]?.at ?? end }],
  );
}

/** Maximum number of turns of a handler. */
export const MAX_TURNS = 240;

const PARTS = 60;

/**
 * Simplifies the spells: at most one per state in each 60th of the time. The total time in each state does not change.
 * A handler that flaps for weeks has too many spells to show.
 */
export function compactSpells(spells: readonly Spell[], start: number, end: number): Spell[] {
  const partMs = (end - start) / PARTS;
  const sums = Array.from({ length: PARTS }, () => ({ RED: 0, YELLOW: 0, OK: 0 }));
  for (const { state, from, to } of spells) {
    const last = Math.min(PARTS - 1, Math.floor((to - start) / partMs));
    for (let part = Math.max(0, Math.floor((from - start) / partMs)); part <= last; part += 1) {
      const [partStart, partEnd] = [start + part * partMs, start + (part + 1) * partMs];
      const sum = sums[part];
      if (sum) sum[state] += Math.max(0, Math.min(to, partEnd) - Math.max(from, partStart));
    }
  }
  return sums.flatMap(function lineUp(sum, part) {
    let at = start + part * partMs;
    return STATES.toReversed().flatMap((state) => {
      const from = at;
      at += sum[state];
      return at > from ? [{ state, from, to: at }] : [];
    });
  });
}
