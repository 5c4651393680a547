import type { Availability, Period } from "../core/recorded-past.ts";
import { RED, STATES, type State, YELLOW } from "../core/state.ts";
import type { Piece } from "./replay.ts";

/**
 * The share of a period in each state. If several processes know the state of a handler at a moment, the
 * worst one counts; if none does, the state is unknown.
 */
export function toAvailability(pieces: readonly Omit<Piece, "name">[], { from, to }: Period): Availability {
  const [start, end] = [from.getTime(), to.getTime()];
  const marks = pieces
    .map((piece) => ({ ...piece, from: Math.max(piece.from, start), to: Math.min(piece.to, end) }))
    .filter((piece) => piece.from < piece.to)
    .flatMap(({ state, from: at, to: until }) => [
      { at, state, by: 1 },
      { at: until, state, by: -1 },
    ])
    .sort((one, other) => one.at - other.at);
  const present: Record<State, number> = { OK: 0, YELLOW: 0, RED: 0 };
  const spentMs: Record<State, number> = { OK: 0, YELLOW: 0, RED: 0 };
  let last = start;
  for (const { at, state, by } of marks) {
    const worst = [RED, YELLOW, ...STATES].find((each) => present[each] > 0);
    if (worst !== undefined) spentMs[worst] += at - last;
    present[state] += by;
    last = at;
  }
  const toShare = (ms: number): number => ms / (end - start);
  const known = spentMs.OK + spentMs.YELLOW + spentMs.RED;
  return {
    from,
    to,
    OK: toShare(spentMs.OK),
    YELLOW: toShare(spentMs.YELLOW),
    RED: toShare(spentMs.RED),
    unknown: toShare(end - start - known),
  };
}
