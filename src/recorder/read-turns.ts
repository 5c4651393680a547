import type { Period, RecordedTurn, RecordedTurns } from "../core/recorded-past.ts";
import type { OnDamage } from "./read-segment.ts";
import { type DatedChains, replayPieces } from "./replay-segment.ts";
import type { Piece } from "./replayed-handlers.ts";
import { compactSpells, MAX_TURNS, type Spell, toSpells, toWorstTurns } from "./spells.ts";

/** Maximum number of handlers. */
const MAX_TURNING_HANDLERS = 2_000;

/** Maximum number of starts, the newest. */
const MAX_STARTS = 100;

/** The states of all handlers over a period. Memory use grows with the number of handlers, not of changes. */
export async function readTurns(
  chains: DatedChains,
  { from, to }: Period,
  source: { readonly onDamage: OnDamage; readonly now: () => number },
): Promise<RecordedTurns> {
  const [start, end] = [from.getTime(), to.getTime()];
  const known = new Map<string, Spell[]>();
  const starts: number[] = [];

  for (const chain of chains) {
    const own = new Map<string, Spell[]>();
    const onPiece = (piece: Piece): void => add(own, piece);
    for (const segment of chain)
      await replayPieces(segment, source, {
        onPiece,
        onEvent: ({ kind, at }) =>
          kind === "start" && at >= from && at < to && void starts.push(at.getTime()),
      });
    for (const [name, spells] of own) {
      const all = known.get(name);
      if (all !== undefined) all.push(...spells);
      else if (known.size < MAX_TURNING_HANDLERS) known.set(name, spells);
    }
  }

  function add(own: Map<string, Spell[]>, { name, state, from: since, to: until }: Piece): void {
    if (until <= start || since >= end) return;
    const spells = own.get(name) ?? [];
    if (own.size >= MAX_TURNING_HANDLERS && spells.length === 0) return;
    spells.push({ state, from: Math.max(since, start), to: Math.min(until, end) });
    own.set(name, spells.length > 2 * MAX_TURNS ? compactSpells(spells, start, end) : spells);
  }

  function toTurns(spells: readonly Spell[]): readonly RecordedTurn[] {
    const turns = toWorstTurns(spells, start, end);
    if (turns.length <= MAX_TURNS) return turns;
    return toWorstTurns(compactSpells(toSpells(turns, end), start, end), start, end);
  }

  return {
    handlers: new Map(Array.from(known, ([name, spells]) => [name, toTurns(spells)])),
    starts: starts.sort((one, other) => one - other).slice(-MAX_STARTS),
  };
}
