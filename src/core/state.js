export const OK = "OK";
export const GREEN = "OK";
export const YELLOW = "YELLOW";
export const RED = "RED";
export const STATES = [OK, YELLOW, RED];
export const STATE_NUMBERS = { OK: 0, YELLOW: 1, RED: 2 };
export function isState(value) {
  return value === OK || value === YELLOW || value === RED;
}
export function toWorseState(one, other) {
  return STATE_NUMBERS[one] >= STATE_NUMBERS[other] ? one : other;
}
