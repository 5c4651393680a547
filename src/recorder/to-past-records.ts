import type { Change } from "../core/change.ts";
import type { RecordedChange } from "../core/recorded-past.ts";
import type { PastRecord } from "../core/registry/track.ts";
import type { Past } from "./find-past.ts";

/** Converts the records of an earlier process to the form that a registry continues. */
export function toPastRecords({ replay, changes }: Past): ReadonlyMap<string, PastRecord> {
  const histories = new Map<string, Change[]>();
  for (const change of changes) {
    const history = histories.get(change.name);
    if (history === undefined) histories.set(change.name, [toChange(change)]);
    else history.push(toChange(change));
  }
  return new Map(
    replay.handlers.map(({ name, state, since, counts }) => [
      name,
      { state, since, counts, history: histories.get(name) ?? [] },
    ]),
  );
}

function toChange({ name, from, to, reason, detail, at, heldMs }: RecordedChange): Change {
  const status = { state: to, ...(detail !== undefined && { detail }) };
  return Object.freeze({ name, from, to, status, at, heldMs, ...(reason && { reason }) });
}
