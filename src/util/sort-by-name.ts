import { compareCodePoints } from "./text.ts";

/** The same items by name, in the order of code points, as csv and Prometheus show them. */
export function sortByName<Named extends { readonly name: string }>(items: readonly Named[]): Named[] {
  return items.toSorted((one, other) => compareCodePoints(one.name, other.name));
}
