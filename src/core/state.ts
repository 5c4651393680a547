/** How well something does: `OK`, `YELLOW` or `RED`. Of several, the worst wins. */
export type State = "OK" | "YELLOW" | "RED";

/** All is well. */
export const OK: "OK" = "OK";
/** The same value as `OK`, for those who think in traffic lights. */
export const GREEN: "OK" = "OK";
/** Works, but somebody should look. */
export const YELLOW: "YELLOW" = "YELLOW";
/** Does not work, or nobody can tell. */
export const RED: "RED" = "RED";

/** Every state, the best one first. */
export const STATES: readonly State[] = [OK, YELLOW, RED];

/** The states as numbers, as Prometheus shows them: the larger, the worse. */
export const STATE_NUMBERS: Readonly<Record<State, 0 | 1 | 2>> = { OK: 0, YELLOW: 1, RED: 2 };

export function isState(value: unknown): value is State {
  return value === OK || value === YELLOW || value === RED;
}

export function toWorseState(one: State, other: State): State {
  return STATE_NUMBERS[one] >= STATE_NUMBERS[other] ? one : other;
}
