import { STATE_NUMBERS } from "../../core/state.ts";
import { compareCodePoints } from "../../util/text.ts";
import type { HandlerStatus } from "./service-status.ts";

/** A handler with the handlers that are RED because of it. */
export interface Folded {
  readonly handler: HandlerStatus;
  readonly dependants: readonly HandlerStatus[];
}

/**
 * Worst first, and each handler that is RED because of another one under the first handler of the chain. A
 * service that does not report its causes keeps its order.
 */
export function foldHandlers(handlers: readonly HandlerStatus[]): readonly Folded[] {
  if (handlers.some(({ causes }) => causes === undefined))
    return handlers.map((handler) => ({ handler, dependants: [] }));
  const byName = new Map(handlers.map((handler) => [handler.name, handler]));
  const folds = new Map<HandlerStatus, HandlerStatus[]>();
  for (const handler of [...handlers].sort(compareWorstFirst)) {
    const root = findRoot(handler, byName);
    const known = folds.get(root);
    if (known === undefined) folds.set(root, root === handler ? [] : [handler]);
    else if (root !== handler) known.push(handler);
  }
  return Array.from(folds, ([handler, dependants]) => ({ handler, dependants })).sort((one, other) =>
    compareWorstFirst(one.handler, other.handler),
  );
}

/** Each root as a text, with its number of dependants. */
export function describeFolded(
  handlers: readonly HandlerStatus[],
  describe: (handler: HandlerStatus) => string,
): string[] {
  return foldHandlers(handlers).map(
    ({ handler, dependants: { length } }) =>
      `${describe(handler)}${length > 0 ? ` (${length} more with it)` : ""}`,
  );
}

/** Follows the chain to its beginning; a cycle ends where it closes. */
function findRoot(handler: HandlerStatus, byName: ReadonlyMap<string, HandlerStatus>): HandlerStatus {
  const path = new Set<HandlerStatus>();
  let root = handler;
  for (let link: HandlerStatus | undefined = handler; link && !path.has(link); ) {
    path.add(link);
    root = link;
    link = link.causes?.map((name) => byName.get(name)).find((cause) => cause?.state === "RED");
  }
  return root;
}

function compareWorstFirst(one: HandlerStatus, other: HandlerStatus): number {
  return STATE_NUMBERS[other.state] - STATE_NUMBERS[one.state] || compareCodePoints(one.name, other.name);
}
