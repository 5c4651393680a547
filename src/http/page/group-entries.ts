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

/** Sorts entries by state, the worst first, and entries of the same state by name. */
export interface Grouping {
  /**
   * Groups each handler that is RED because of another under the one that starts the chain. If its cause is not
   * shown, the handler gets its own group.
   */
  group(entries: readonly Entry[]): readonly EntryGroup[];
  /** The same without showing dependencies. */
  list(entries: readonly Entry[]): readonly EntryGroup[];
}

/** Keeps the order of the names and the groups for the next report, because few of its entries are new. */
export function createGrouping(): Grouping {
  let names: readonly string[] = [];
  let order: readonly number[] = [];
  // Both by place in the order of names.
  let groups: EntryGroup[] = [];
  let ranks: number[] = [];

  function update(entries: readonly Entry[]): void {
    if (entries.length !== names.length || entries.some(({ name }, at) => name !== names[at])) {
      names = entries.map(({ name }) => name);
      const pairs = names.map((name, at) => [name, at] as const);
      order = pairs.sort(([one], [other]) => compareCodePoints(one, other)).map(([, at]) => at);
      groups = [];
      ranks = [];
    }
    order.forEach((from, at) => {
      const entry = entries[from];
      if (entry === undefined || groups[at]?.entry === entry) return;
      groups[at] = { entry, dependants: NO_ENTRIES };
      ranks[at] = 2 * STATE_NUMBERS[entry.status.state] + Number(entry.critical);
    });
  }

  return {
    group(entries) {
      update(entries);
      const sorted = sortWorstFirst(groups, ranks);
      return entries.some(({ reason }) => reason === "dependency") ? joinDependants(sorted) : sorted;
    },
    list(entries) {
      update(entries);
      return sortWorstFirst(
        groups,
        ranks.map((rank) => rank >> 1),
      );
    },
  };
}

const NO_ENTRIES: readonly Entry[] = [];
const NO_GROUPS: readonly EntryGroup[] = [];

/**
 * Keeps the order of groups of the same rank. There are few ranks, so that nothing needs to be compared. `concat` is
 * ten times faster than `flat`.
 */
function sortWorstFirst(groups: readonly EntryGroup[], ranks: readonly number[]): readonly EntryGroup[] {
  const ranked: EntryGroup[][] = Array.from({ length: 2 * STATES.length }, () => []);
  for (const [at, group] of groups.entries()) ranked[ranks[at] ?? 0]?.push(group);
  return NO_GROUPS.concat(...ranked.reverse());
}

function joinDependants(sorted: readonly EntryGroup[]): readonly EntryGroup[] {
  const findRoot = createRootFinder(new Map(sorted.map(({ entry }) => [entry.name, entry])));
  const dependantsOf = new Map<Entry, Entry[]>();
  const roots: EntryGroup[] = [];
  for (const group of sorted) {
    const root = findRoot(group.entry);
    const dependants = dependantsOf.get(root);
    if (root === group.entry) roots.push(group);
    else if (dependants === undefined) dependantsOf.set(root, [group.entry]);
    else dependants.push(group.entry);
  }
  return roots.map((group) => {
    const dependants = dependantsOf.get(group.entry);
    return dependants ? { ...group, dependants } : group;
  });
}

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
