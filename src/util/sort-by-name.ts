import { compareCodePoints } from "./text.ts";

/** Sorts the items by name in code point order, as csv and Prometheus show them. */
export function sortByName<Named extends { readonly name: string }>(items: readonly Named[]): Named[] {
  return items.toSorted((one, other) => compareCodePoints(one.name, other.name));
}
