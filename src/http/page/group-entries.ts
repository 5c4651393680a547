import type { Entry } from "../../core/report.ts";
import { RED, STATE_NUMBERS, STATES } from "../../core/state.ts";
import { compareCodePoints } from "../../util/text.ts";

/** A handler with the handlers that are RED because of it, the worst first. */
export interface EntryGroup {
  readonly entry: Entry;
  readonly dependants: readonly Entry[];
  /** Number of further dependants, which the page does not list. Default: 0. */
  readonly unlisted?: number;
}

/**
 * Sorts entries by their names. Keeps the order for the next entries, because most reports have the same handlers.
 */
export function createNameOrder(): (entries: readonly Entry[]) => readonly Entry[] {
  let names: readonly string[] = [];
  let order: readonly number[] = [];

  return function sortByName(entries) {
    if (entries.length !== names.length || entries.some(({ name }, at) => name !== names[at])) {
      names = entries.map(({ name }) => name);
      const pairs = names.map((name, at) => [name, at] as const);
      order = pairs.sort(([one], [other]) => compareCodePoints(one, other)).map(([, at]) => at);
    }
    return pick(entries, order);
  };
}

function pick(entries: readonly Entry[], order: readonly number[]): readonly Entry[] {
  const picked: Entry[] = [];
  for (const at of order) {
    const entry = entries[at];
    if (entry !== undefined) picked.push(entry);
  }
  return picked;
}

/**
 * Sorts entries, which are in the order of their names, by state: the worst first. Groups each handler that is RED
 * because of another under the one that starts the chain. If its cause is not shown, the handler gets its own group.
 */
export function groupEntries(entries: readonly Entry[]): readonly EntryGroup[] {
  const sorted = sortWorstFirst(
    entries,
    ({ status, critical }) => STATE_NUMBERS[status.state] * 2 + Number(critical),
  );
  if (!sorted.some(({ reason }) => reason === "dependency")) return sorted.map(toGroup);
  const findRoot = createRootFinder(new Map(entries.map((entry) => [entry.name, entry])));
  const dependantsOf = new Map<Entry, Entry[]>();
  const roots: Entry[] = [];
  for (const entry of sorted) {
    const root = findRoot(entry);
    const dependants = dependantsOf.get(root);
    if (root === entry) roots.push(entry);
    else if (dependants === undefined) dependantsOf.set(root, [entry]);
    else dependants.push(entry);
  }
  return roots.map((entry) => ({ entry, dependants: dependantsOf.get(entry) ?? [] }));
}

/** The same without showing dependencies. */
export function listEntries(entries: readonly Entry[]): readonly EntryGroup[] {
  return sortWorstFirst(entries, ({ status }) => STATE_NUMBERS[status.state]).map(toGroup);
}

function toGroup(entry: Entry): EntryGroup {
  return { entry, dependants: NO_ENTRIES };
}

const NO_ENTRIES: readonly Entry[] = [];

/** Follows each link of a chain only once, even if thousands of handlers depend on it. */
function createRootFinder(byName: ReadonlyMap<string, Entry>): (entry: Entry) => Entry {
  const roots = new Map<Entry, Entry>();

  return function findRoot(entry) {
    if (entry.reason !== "dependency") return entry;
    const path = new Set<Entry>();
    let root = entry;
    for (let link: Entry | undefined = entry; link && !path.has(link); link = findCause(link, byName)) {
      const known = roots.get(link);
      root = known ?? link;
      if (known !== undefined) break;
      path.add(link);
    }
    for (const link of path) roots.set(link, root);
    return root;
  };
}

function findCause({ reason, dependsOn }: Entry, byName: ReadonlyMap<string, Entry>): Entry | undefined {
  if (reason !== "dependency") return undefined;
  return dependsOn.map((name) => byName.get(name)).find((entry) => entry?.status.state === RED);
}

/** Keeps the order of entries of the same rank. There are few ranks, so that nothing needs to be compared. */
function sortWorstFirst(entries: readonly Entry[], toRank: (entry: Entry) => number): readonly Entry[] {
  const ranked: Entry[][] = Array.from({ length: 2 * STATES.length }, () => []);
  for (const entry of entries) ranked[toRank(entry)]?.push(entry);
  return ranked.reverse().flat();
}
