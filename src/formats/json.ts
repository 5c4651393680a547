import type { Entry, Report } from "../core/report.ts";
import type { Status } from "../core/status.ts";
import { toStatusJson } from "../core/status-json.ts";
import { toAsciiJson } from "../util/json-text.ts";

export interface JsonOptions {
  /** `false`: only the state. */
  readonly details: boolean;
}

/** Writes `{"<name>":{"state":…}}` in order of registration: exactly what the handlers reported. */
export type RenderJson = (report: Report, options: JsonOptions) => string;

/** The serialized text of an entry. */
interface Member {
  readonly name: string;
  readonly status: Status;
  readonly text: string;
}

/** Keeps the texts of the last report: a status that has not changed is not serialized again. */
export function createJsonRenderer(): RenderJson {
  const known: Record<"details" | "states", readonly Member[]> = { details: [], states: [] };

  return function renderJsonReport({ entries }, { details }) {
    const kind = details ? "details" : "states";
    const before = known[kind];
    const members = entries.map((entry, index) => {
      const member = before[index];
      const isSame = member?.name === entry.name && member.status === entry.status;
      return isSame ? member : toMember(entry, details);
    });
    known[kind] = members;
    // Written by hand: an object cannot contain a handler named "__proto__", and would move "1" before "a".
    return `{${members.map(({ text }) => text).join(",")}}`;
  };
}

/** The same without stored texts, for a single report. */
export function renderJson(report: Report, options: JsonOptions): string {
  return createJsonRenderer()(report, options);
}

function toMember({ name, status }: Entry, details: boolean): Member {
  const value = details ? toStatusJson(status) : `{"state":"${status.state}"}`;
  // `join()`, because `+` would defer the concatenation to each report.
  return { name, status, text: [toAsciiJson(JSON.stringify(name)), ":", value].join("") };
}
