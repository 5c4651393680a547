import type { Entry } from "../../core/report.ts";
import { RED, STATE_NUMBERS } from "../../core/state.ts";
import { compareCodePoints } from "../../core/text.ts";

/** A handler with those whose RED it explains, the worst first. */
export interface EntryGroup {
  readonly entry: Entry;
  readonly dependants: readonly Entry[];
}

/**
 * The worst first, and every handler that is RED because of another below the one where the chain begins. What is
 * explained by a handler that is not shown stands for itself.
 */
export function groupEntries(entries: readonly Entry[]): readonly EntryGroup[] {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const dependants = new Map<string, Entry[]>();
  const roots: Entry[] = [];
  for (const entry of [...entries].sort(compareWorstFirst)) {
    const root = findRoot(entry, byName);
    if (root === entry) roots.push(entry);
    else dependants.set(root.name, [...(dependants.get(root.name) ?? []), entry]);
  }
  return roots.map((entry) => ({ entry, dependants: dependants.get(entry.name) ?? [] }));
}

/** The same without saying what depends on what. */
export function listEntries(entries: readonly Entry[]): readonly EntryGroup[] {
  const sorted = [...entries].sort(
    (one, other) => compareStates(one, other) || compareCodePoints(one.name, other.name),
  );
  return sorted.map((entry) => ({ entry, dependants: [] }));
}

function findRoot(entry: Entry, byName: ReadonlyMap<string, Entry>): Entry {
  const seen = new Set<Entry>();
  let root = entry;
  for (let cause = findCause(root, byName); cause && !seen.has(cause); cause = findCause(root, byName)) {
    seen.add(cause);
    root = cause;
  }
  return root;
}

function findCause({ reason, dependsOn }: Entry, byName: ReadonlyMap<string, Entry>): Entry | undefined {
  if (reason !== "dependency") return undefined;
  return dependsOn.map((name) => byName.get(name)).find((entry) => entry?.status.state === RED);
}

function compareWorstFirst(one: Entry, other: Entry): number {
  return (
    compareStates(one, other) ||
    Number(other.critical) - Number(one.critical) ||
    compareCodePoints(one.name, other.name)
  );
}

function compareStates(one: Entry, other: Entry): number {
  return STATE_NUMBERS[other.status.state] - STATE_NUMBERS[one.status.state];
}
