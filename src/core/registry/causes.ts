import { toError } from "../../options/words.ts";
import type { Entry } from "../report.ts";
import { RED } from "../state.ts";
import type { Reason, Status } from "../status.ts";
import { deriveStatus } from "../status-json.ts";

/** The dependencies between the handlers of a registry. */
export interface Dependencies {
  /** Throws a TypeError if the handler would depend on itself, directly or through others. */
  expectNoCycle(name: string, dependsOn: readonly string[]): void;
  /**
   * Records the dependencies of a handler that was registered, or that replaced the handler with this name.
   */
  set(name: string, dependsOn: readonly string[]): void;
  /** Drops the dependencies of a removed handler. */
  delete(name: string): void;
}

/** A new cycle must contain a new dependency, so most registrations need no search. */
export function createDependencies(): Dependencies {
  const dependenciesOf = new Map<string, readonly string[]>();
  /** The number of dependencies on each name. */
  const dependants = new Map<string, number>();

  function getDependencies(name: string): readonly string[] {
    return dependenciesOf.get(name) ?? [];
  }

  function count(names: readonly string[], by: 1 | -1): void {
    for (const name of names) {
      const counted = (dependants.get(name) ?? 0) + by;
      if (counted === 0) dependants.delete(name);
      else dependants.set(name, counted);
    }
  }

  function remove(name: string): void {
    count(getDependencies(name), -1);
    dependenciesOf.delete(name);
  }

  return {
    expectNoCycle(name, dependsOn) {
      const known = new Set(getDependencies(name));
      const added = dependsOn.filter((dependency) => !known.has(dependency));
      if (dependants.has(name) || added.includes(name)) expectNoCycle(name, added, getDependencies);
    },
    set(name, dependsOn) {
      remove(name);
      dependenciesOf.set(name, dependsOn);
      count(dependsOn, 1);
    },
    delete: remove,
  };
}

/** A path from a handler to a dependency, as a linked list with the last link first. Paths share links. */
interface Path {
  readonly name: string;
  readonly from: Path | undefined;
}

/** Throws a TypeError if a handler would, through others, depend on itself. Visits each handler once. */
export function expectNoCycle(
  name: string,
  dependsOn: readonly string[],
  getDependencies: (name: string) => readonly string[],
): void {
  const seen = new Set<string>();
  const start: Path = { name, from: undefined };
  const open: Path[] = dependsOn.map((dependency) => ({ name: dependency, from: start }));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (path.name === name)
      throw toError({ path: "dependsOn", text: `expected no cycle, got ${describePath(path)}` });
    if (seen.has(path.name)) continue;
    seen.add(path.name);
    for (const next of getDependencies(path.name)) open.push({ name: next, from: path });
  }
}

function describePath(last: Path): string {
  const names: string[] = [];
  for (let path: Path | undefined = last; path !== undefined; path = path.from) names.push(quote(path.name));
  return names.reverse().join(" -> ");
}

function quote(name: string): string {
  return JSON.stringify(name);
}

/**
 * Adds the cause to a RED status if one of the handler's dependencies is RED, because users should look there
 * first. The reason `stale` stays, because the state of a handler that no longer runs is unknown.
 */
export function explain<Explained extends { readonly status: Status; readonly reason?: Reason }>(
  explained: Explained,
  dependsOn: readonly string[],
  find: (name: string) => Entry | undefined,
): Explained {
  if (explained.status.state !== RED || explained.reason === "stale") return explained;
  const cause = dependsOn.find((name) => find(name)?.status.state === RED);
  if (cause === undefined) return explained;
  return {
    ...explained,
    status: deriveStatus(explained.status, RED, `because ${cause} is RED`),
    reason: "dependency",
  };
}
