import { expectHandlerName } from "../core/registration.ts";
import type { Entry } from "../core/report.ts";
import { isState } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { toStatusJson } from "../core/status-json.ts";

/**
 * An entry as it is sent between processes or threads. It contains only numbers and texts, because a status
 * may contain values that structured cloning rejects or changes.
 */
export interface SentEntry extends Omit<Entry, "checkedAt" | "since" | "status" | "rawStatus"> {
  readonly checkedAt: number;
  readonly since: number;
  readonly status: SentStatus;
  readonly rawStatus: SentStatus;
}

export interface SentStatus {
  /** The status as JSON. */
  readonly json: string;
  /** The labels that JSON cannot represent: `NaN`, `Infinity`, `-Infinity`. */
  readonly labels: readonly (readonly [label: string, value: string])[];
}

export function toSentEntry(entry: Entry): SentEntry {
  const status = toSentStatus(entry.status);
  return {
    ...entry,
    checkedAt: entry.checkedAt.getTime(),
    since: entry.since.getTime(),
    status,
    // Usually, both are the same object, which is then sent once.
    rawStatus: entry.rawStatus === entry.status ? status : toSentStatus(entry.rawStatus),
  };
}

/** The entries from another process or thread; `undefined` if the data is invalid. */
export function toEntries(sent: readonly unknown[]): readonly Entry[] | undefined {
  try {
    return sent.map((entry) => toEntry(entry as SentEntry));
  } catch {
    return undefined;
  }
}

export function toSentStatus(status: Status): SentStatus {
  const labels = Object.entries(status.labels ?? {})
    .filter(([, value]) => typeof value === "number" && !Number.isFinite(value))
    .map(([label, value]) => [label, String(value)] as const);
  return { json: toStatusJson(status), labels };
}

function toEntry(sent: SentEntry): Entry {
  expectHandlerName(sent.name);
  return {
    ...sent,
    checkedAt: toDate(sent.checkedAt),
    since: toDate(sent.since),
    status: fromSentStatus(sent.status),
    rawStatus: fromSentStatus(sent.rawStatus),
  };
}

/** Throws for a number that is not a valid time. Otherwise, a format would throw later. */
function toDate(moment: number): Date {
  return new Date(new Date(moment).toISOString());
}

export function fromSentStatus({ json, labels }: SentStatus): Status {
  const status = JSON.parse(json) as Status;
  if (!isState(status.state)) throw new TypeError("not a status");
  if (labels.length === 0) return Object.freeze(status);
  const unsaid = labels.map(([label, value]) => [label, Number(value)]);
  return Object.freeze({
    ...status,
    labels: Object.freeze({ ...status.labels, ...Object.fromEntries(unsaid) }),
  });
}
