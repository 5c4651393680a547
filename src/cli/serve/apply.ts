import { isDeepStrictEqual } from "node:util";
import type { StatusRegistry } from "../../core/registry/registry.ts";
import { discard, type PreparedHandler } from "./prepare.ts";

/** The changes of a new configuration, by name. */
export interface Applied {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Makes the registry contain exactly these handlers. Unchanged handlers keep their results, timers and
 * history. Returns the handlers that the registry now contains.
 */
export function applyHandlers(
  registry: StatusRegistry,
  before: readonly PreparedHandler[],
  wanted: readonly PreparedHandler[],
): { readonly handlers: readonly PreparedHandler[]; readonly applied: Applied } {
  const old = new Map(before.map((each) => [each.name, each]));
  const names = new Set(wanted.map(({ name }) => name));
  const removed = before.filter(({ name }) => !names.has(name));
  const added: string[] = [];
  const changed: string[] = [];
  for (const each of removed) {
    registry.removeStatusHandler(each.name);
    discard(each);
  }
  const kept = new Map<string, PreparedHandler>();
  for (const prepared of sortByDependencies(wanted)) {
    const { name, handler, options, source } = prepared;
    const replaced = old.get(name);
    if (replaced !== undefined && isDeepStrictEqual(replaced.source, source)) {
      discard(prepared);
      kept.set(name, replaced);
      continue;
    }
    registry.addStatusHandler(name, handler, options);
    if (replaced !== undefined) discard(replaced);
    (replaced === undefined ? added : changed).push(name);
  }
  return {
    handlers: wanted.map((prepared) => kept.get(prepared.name) ?? prepared),
    applied: { added, changed, removed: removed.map(({ name }) => name) },
  };
}

/** `+Users, -Mail, changed Disk /`; empty if nothing changed. */
export function describeApplied({ added, changed, removed }: Applied): string {
  return [
    ...added.map((name) => `added ${name}`),
    ...changed.map((name) => `changed ${name}`),
    ...removed.map((name) => `removed ${name}`),
  ].join(", ");
}

/**
 * Dependencies come first. If a dependency changes its direction, the registry must not see the old direction
 * of one handler and the new one of the other. Cycles have already been rejected.
 */
function sortByDependencies(handlers: readonly PreparedHandler[]): PreparedHandler[] {
  const byName = new Map(handlers.map((each) => [each.name, each]));
  const sorted = new Set<PreparedHandler>();
  function visit(prepared: PreparedHandler): void {
    if (sorted.has(prepared)) return;
    for (const name of prepared.options.dependsOn ?? []) {
      const dependency = byName.get(name);
      if (dependency !== undefined) visit(dependency);
    }
    sorted.add(prepared);
  }
  for (const prepared of handlers) visit(prepared);
  return [...sorted];
}
