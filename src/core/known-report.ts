import { shareAmongCopies } from "../util/copies.ts";
import type { StatusRegistry } from "./registry/registry.ts";
import type { Report } from "./report.ts";

type GetKnownReport = (waitMs: number) => Promise<Report>;

const gettersOf = shareAmongCopies("knownReport", () => new WeakMap<StatusRegistry, GetKnownReport>());

/** Registers the function that reports the known results of a registry without waiting for all handlers. */
export function noteKnownReport(registry: StatusRegistry, getKnown: GetKnownReport): void {
  gettersOf.set(registry, getKnown);
}

/**
 * Runs the handlers, but waits at most `waitMs`. A handler without a result by then is reported with its last
 * known entry, or as RED if it has none. Later calls do not wait for the same run again. The limit does not
 * apply to a registry that `createStatusRegistry()` did not create. Waiting does not keep the process alive.
 */
export function getKnownReport(registry: StatusRegistry, waitMs: number): Promise<Report> {
  return gettersOf.get(registry)?.(waitMs) ?? registry.getReport({ background: true });
}
