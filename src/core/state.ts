/** How well something works: `OK`, `YELLOW` or `RED`. The worst of several states wins. */
export type State = "OK" | "YELLOW" | "RED";

/** Everything works. */
export const OK: "OK" = "OK";
/** The same value as `OK`, for users who think in traffic lights. */
export const GREEN: "OK" = "OK";
/** Works, but needs attention. */
export const YELLOW: "YELLOW" = "YELLOW";
/** Does not work, or its state is unknown. */
export const RED: "RED" = "RED";

/** All states, best first. */
export const STATES: readonly State[] = [OK, YELLOW, RED];

/** The states as numbers, as Prometheus shows them. A larger number is worse. */
export const STATE_NUMBERS: Readonly<Record<State, 0 | 1 | 2>> = { OK: 0, YELLOW: 1, RED: 2 };

export function isState(value: unknown): value is State {
  return value === OK || value === YELLOW || value === RED;
}

export function toWorseState(one: State, other: State): State {
  return STATE_NUMBERS[one] >= STATE_NUMBERS[other] ? one : other;
}
