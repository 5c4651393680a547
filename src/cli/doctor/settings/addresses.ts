import type { Numbers } from "../numbers.ts";

/** A list of more is written by the reader. */
const MAX_SHOWN = 10;

/** Addresses that stand for the instances: two where nobody said how many there are. */
export function toAddresses({ instances = 2 }: Numbers): readonly string[] {
  return Array.from({ length: Math.min(instances, MAX_SHOWN) }, (_, index) => `192.0.2.${index + 1}:8080`);
}

/** Whole seconds, rounded up. */
export function toSeconds(ms = 0): number {
  return Math.ceil(ms / 1_000);
}
