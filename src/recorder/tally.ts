import { type Availability, type Period, toShares } from "../core/recorded-past.ts";
import { type Spell, toWorstTurns } from "./spells.ts";

/** The share of a period in each state. */
export function toAvailability(spells: readonly Spell[], { from, to }: Period): Availability {
  const turns = toWorstTurns(spells, from.getTime(), to.getTime());
  return { from, to, ...toShares(turns, to.getTime()) };
}
