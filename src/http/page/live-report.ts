import type { Change } from "../../core/change.ts";
import { createReport, type Entry, type Report } from "../../core/report.ts";
import { STATE_NUMBERS } from "../../core/state.ts";

export interface LiveReportSetup {
  /** Runs the handlers. */
  readonly read: () => Promise<Report>;
  readonly onRead: () => void;
  readonly onError: (error: unknown) => void;
}

/** The last report, and the changes since the last run began. The report may be older than that run. */
export interface LiveReport {
  /** The report with the changes for the worse. Changes for the better wait for the next run. */
  readonly current: Report | undefined;
  /** Whether a handler changed after the report checked it. Changes by the run itself are in the report. */
  readonly isOutdated: boolean;
  recordChange(change: Change): void;
  set(report: Report): void;
  /** Runs the handlers, unless they are running. */
  refresh(): Promise<void>;
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
  let isReading = false;

  return {
    get current() {
      if (report === undefined || changes.size === 0) return report;
      const entries = report.entries.map((entry) => applyIfWorse(entry, changes.get(entry.name)?.change));
      return createReport(entries, report.at.getTime());
    },
    get isOutdated() {
      const outdated = report?.entries.some((entry) => {
        const recorded = changes.get(entry.name);
        return recorded?.round === round && isNewer(recorded.change, entry);
      });
      return outdated === true;
    },
    recordChange: (change) => void changes.set(change.name, { change, round }),
    set(newReport) {
      report = newReport;
    },
    async refresh() {
      if (isReading) return;
      isReading = true;
      round += 1;
      try {
        report = await read();
        for (const [name, recorded] of changes) if (recorded.round < round) changes.delete(name);
        onRead();
      } catch (error) {
        onError(error);
      } finally {
        isReading = false;
      }
    },
  };
}

function applyIfWorse(entry: Entry, change: Change | undefined): Entry {
  const isBetter = change && STATE_NUMBERS[change.to] < STATE_NUMBERS[entry.status.state];
  if (change === undefined || isBetter || !isNewer(change, entry)) return entry;
  const { reason: _, ...rest } = entry;
  const { status, at, reason } = change;
  return { ...rest, status, rawStatus: status, since: at, checkedAt: at, ...(reason && { reason }) };
}

function isNewer(change: Change, entry: Entry): boolean {
  return change.at > entry.checkedAt;
}
