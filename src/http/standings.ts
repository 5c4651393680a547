import type { Standing } from "../core/readiness/rule.ts";
import { createStandingRecord, type StandingRecord } from "../core/readiness/standing.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { systemClock } from "../util/clock.ts";

/** The standings of the handlers of a registry. */
export interface Standings {
  /** `undefined` for an unknown handler, and for the handlers of a closed registry. */
  find(name: string): Standing | undefined;
  /** Records the entries of a report. Does nothing if the registry itself records them. */
  record(entries: readonly Entry[]): void;
}

/**
 * A registry records the standings of its handlers. For a registry that wraps another one, such as that of a
 * cluster, whose entries also come from other processes, this module records the entries that it sees. It
 * forgets removed handlers.
 */
export function createStandings(registry: StatusRegistry): Standings {
  const { hasRegistrations, getRegistration } = getRegistrySeams(registry);
  if (hasRegistrations) return { find: (name) => getRegistration(name)?.standing, record() {} };
  const records = new Map<string, StandingRecord>();
  return {
    find: (name) => records.get(name)?.current,
    record(entries) {
      const names = new Set(registry.names);
      for (const name of records.keys()) if (!names.has(name)) records.delete(name);
      for (const { name, status } of entries) {
        const record = records.get(name) ?? createStandingRecord(systemClock.monotonicNow);
        record.record(status.state);
        if (names.has(name)) records.set(name, record);
      }
    },
  };
}
