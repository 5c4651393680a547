import { shareAmongCopies } from "../core/copies.ts";
import { parseTarget } from "./target.ts";

// Of the whole process: a server carries the views of any service, under any framework and below any mount point.
const ownPaths = shareAmongCopies("ownPaths", () => new Set<string>());

/** Remembers where views answer. `/livez/*` stands for everything below `/livez`. */
export function noteOwnPaths(paths: readonly string[]): void {
  for (const path of paths) ownPaths.add(path);
}

/**
 * Whether a request asks a view, and is none of the application's own. A framework may have taken the front of the
 * path away before the view saw it, so its end decides.
 */
export function isOwnTarget(target: string): boolean {
  const path = parseTarget(target)?.path;
  if (path === undefined) return false;
  for (const own of ownPaths) {
    if (own.endsWith("/*") ? path.includes(own.slice(0, -1)) : path.endsWith(own)) return true;
  }
  return false;
}
