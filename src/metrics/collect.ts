import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import { getHeld } from "../core/seams.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { settleWithin } from "../util/settle-within.ts";
import type { FamiliesSource, ServiceIdentity } from "./families.ts";

/**
 * Maximum time that a collection waits for a handler. In a cluster, prom-client waits 5 s for its workers and
 * drops all metrics of the application if one of them takes longer.
 */
export const MAX_COLLECT_MS = 4_000;

export interface CollectorSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly service?: ServiceIdentity;
  readonly clock?: Clock;
}

/** Runs all handlers. Never rejects. Calls during a collection get the same result. */
export type Collect = () => Promise<FamiliesSource>;

/**
 * A handler that does not answer in time is shown with its previous entry, or omitted if it has none. It does
 * not hide other handlers, and the metrics show the age of its entry.
 */
export function createCollector({
  registry,
  probe,
  service = {},
  clock = systemClock,
}: CollectorSetup): Collect {
  const entries = new Map<string, Entry>();
  let running: Promise<FamiliesSource> | undefined;

  async function collect(): Promise<FamiliesSource> {
    const runs = Promise.all(registry.names.map(runHandler));
    await settleWithin(runs, MAX_COLLECT_MS, { clock, background: true }).catch(showWhatIsKnown);
    const names = new Set(registry.names);
    for (const name of entries.keys()) if (!names.has(name)) entries.delete(name);
    return {
      entries: [...entries.values()],
      probe,
      service,
      held: getHeld(registry),
      changeCounts: (name) => registry.changeCounts(name),
    };
  }

  async function runHandler(name: string): Promise<void> {
    try {
      const report = await registry.getReport({ names: [name] });
      for (const entry of report.entries) entries.set(name, entry);
    } catch {
      // The handler was removed in the meantime.
      entries.delete(name);
    }
  }

  return function collectOnce() {
    running ??= collect().finally(() => {
      running = undefined;
    });
    return running;
  };
}

function showWhatIsKnown(): void {}
