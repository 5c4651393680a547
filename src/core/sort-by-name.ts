import type { Entry } from "./report.ts";
import { compareCodePoints } from "./text.ts";

/** The entries by name, as csv and Prometheus show them. */
export function sortByName(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((one, other) => compareCodePoints(one.name, other.name));
}
