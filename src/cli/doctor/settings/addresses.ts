import type { Numbers } from "../numbers.ts";

/** Maximum number of addresses to show. The user must complete a longer list. */
const MAX_SHOWN = 10;

/** Placeholder addresses of the instances. Default: two. */
export function toAddresses({ instances = 2 }: Numbers): readonly string[] {
  return Array.from({ length: Math.min(instances, MAX_SHOWN) }, (_, index) => `192.0.2.${index + 1}:8080`);
}

/** Whole seconds, rounded up. */
export function toSeconds(ms = 0): number {
  return Math.ceil(ms / 1_000);
}
