import type { Change } from "../../core/change.ts";
import { createReport, type Entry, type Report } from "../../core/report.ts";
import { STATE_NUMBERS } from "../../core/state.ts";

/** The changes since the last run of the handlers began: its report may be older. */
export interface NotedChanges {
  note(change: Change): void;
  beginRun(): void;
  /** Forgets the changes from before the run began, because its report contains them. */
  endRun(): void;
  /** Applies changes for the worse at once. Changes for the better wait for the next run. */
  applyWorse(report: Report): Report;
  /** Whether a handler changed after this report checked it. Changes by the run itself are in the report. */
  outdate(report: Report): boolean;
}

interface NotedChange {
  readonly change: Change;
  readonly round: number;
}

export function createNotedChanges(): NotedChanges {
  const changes = new Map<string, NotedChange>();
  /** Counts the runs. A change belongs to the run that started last. */
  let round = 0;

  return {
    note: (change) => void changes.set(change.name, { change, round }),
    beginRun() {
      round += 1;
    },
    endRun() {
      for (const [name, noted] of changes) if (noted.round < round) changes.delete(name);
    },
    applyWorse({ entries, at }) {
      const applied = entries.map((entry) => applyIfWorse(entry, changes.get(entry.name)?.change));
      return createReport(applied, at.getTime());
    },
    outdate: ({ entries }) =>
      entries.some((entry) => {
        const noted = changes.get(entry.name);
        return noted?.round === round && isNewer(noted.change, entry);
      }),
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
