import type { Change } from "../../core/change.ts";
import { createReport, type Entry, type Report } from "../../core/report.ts";
import { STATE_NUMBERS } from "../../core/state.ts";

export interface LiveReportSetup {
  /** Runs these handlers. Default: all handlers of the page. */
  readonly read: (names?: readonly string[]) => Promise<Report>;
  readonly onRead: () => void;
  readonly onError: (error: unknown) => void;
}

/** The last report, and the changes since the last run began. The report may be older than that run. */
export interface LiveReport {
  /** The report with the changes for the worse. Changes for the better wait for the next run. */
  readonly current: Report | undefined;
  recordChange(change: Change): void;
  set(report: Report): void;
  /** Runs all handlers, unless they are running. If only some are, all run at the next `refreshChanged`. */
  refresh(): Promise<void>;
  /**
   * Runs the handlers that changed after the report checked them, and their dependants. Other handlers do not run,
   * however often one of them changes. Changes by the last run itself are in the report.
   */
  refreshChanged(): Promise<void>;
}

interface RecordedChange {
  readonly change: Change;
  readonly round: number;
}

export function createLiveReport({ read, onRead, onError }: LiveReportSetup): LiveReport {
  const changes = new Map<string, RecordedChange>();
  let report: Report | undefined;
  /** Counts the runs. A change belongs to the run that started last. */
  let round = 0;
  let running: "all" | "some" | undefined;
  let isDue = false;

  async function run(names?: readonly string[]): Promise<void> {
    running = names === undefined ? "all" : "some";
    round += 1;
    try {
      const fresh = await read(names);
      report = names && report ? replaceEntries(report, fresh) : fresh;
      for (const [name, recorded] of changes) if (recorded.round < round) changes.delete(name);
      onRead();
    } catch (error) {
      onError(error);
    } finally {
      running = undefined;
    }
  }

  function findOutdated(): readonly string[] {
    const outdated = new Set<string>();
    const dependants: Entry[] = [];
    for (const entry of changes.size === 0 ? [] : (report?.entries ?? [])) {
      const recorded = changes.get(entry.name);
      if (recorded?.round === round && recorded.change.at > entry.checkedAt) outdated.add(entry.name);
      else if (entry.dependsOn.length > 0) dependants.push(entry);
    }
    const affected = dependants.filter(({ dependsOn }) => dependsOn.some((name) => outdated.has(name)));
    return [...outdated, ...affected.map(({ name }) => name)];
  }

  return {
    get current() {
      if (report === undefined || changes.size === 0) return report;
      const entries = report.entries.map((entry) => applyIfWorse(entry, changes.get(entry.name)?.change));
      return createReport(entries, report.at.getTime());
    },
    recordChange: (change) => void changes.set(change.name, { change, round }),
    set(newReport) {
      report = newReport;
    },
    async refresh() {
      if (running === undefined) await run();
      else isDue = running === "some";
    },
    async refreshChanged() {
      if (running !== undefined) return;
      const names = isDue ? undefined : findOutdated();
      isDue = false;
      if (names?.length !== 0) await run(names);
    },
  };
}

/** The time of the report stays, because the other entries are as old as before. */
function replaceEntries({ entries, at }: Report, fresh: Report): Report {
  const byName = new Map(fresh.entries.map((entry) => [entry.name, entry]));
  return createReport(
    entries.map((entry) => byName.get(entry.name) ?? entry),
    at.getTime(),
  );
}

function applyIfWorse(entry: Entry, change: Change | undefined): Entry {
  if (change === undefined || change.at <= entry.checkedAt) return entry;
  if (STATE_NUMBERS[change.to] < STATE_NUMBERS[entry.status.state]) return entry;
  const { reason: _, ...rest } = entry;
  const { status, at, reason } = change;
  return { ...rest, status, rawStatus: status, since: at, checkedAt: at, ...(reason && { reason }) };
}
