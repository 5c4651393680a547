import { shareAmongCopies } from "../util/copies.ts";
import type { StatusRegistry } from "./registry/registry.ts";
import type { Report } from "./report.ts";

type GetKnownReport = (waitMs: number) => Promise<Report>;

const gettersOf = shareAmongCopies("knownReport", () => new WeakMap<StatusRegistry, GetKnownReport>());

/** How a registry tells what it knows without waiting for all. */
export function noteKnownReport(registry: StatusRegistry, getKnown: GetKnownReport): void {
  gettersOf.set(registry, getKnown);
}

/**
 * Asks the handlers, but waits `waitMs` at most. A handler that has not answered by then is shown as it was last
 * known, and is RED where nothing is known of it; nobody waits a second time for the same run. A registry that was
 * not made by `createStatusRegistry()` is waited for. Waiting keeps no process alive.
 */
export function getKnownReport(registry: StatusRegistry, waitMs: number): Promise<Report> {
  return gettersOf.get(registry)?.(waitMs) ?? registry.getReport({ background: true });
}
