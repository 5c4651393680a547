import type { Change } from "../core/change.ts";
import { fromSentStatus, type SentStatus, toSentStatus } from "./sent-entry.ts";

/** A change as it is sent between threads. */
export interface SentChange extends Omit<Change, "status" | "at"> {
  readonly status: SentStatus;
  readonly at: number;
}

export function toSentChange(change: Change): SentChange {
  return { ...change, status: toSentStatus(change.status), at: change.at.getTime() };
}

export function toChange(sent: SentChange): Change {
  return Object.freeze({ ...sent, status: fromSentStatus(sent.status), at: new Date(sent.at) });
}
