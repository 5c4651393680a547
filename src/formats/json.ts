import { toAsciiJson } from "../core/json-text.ts";
import type { Report } from "../core/report.ts";
import { toStatusJson } from "../core/status-json.ts";

export interface JsonOptions {
  /** `false`: the state only. */
  readonly details: boolean;
}

/** `{"<name>":{"state":…}}` in order of registration: exactly what the handlers reported, nothing added. */
export function renderJson(report: Report, { details }: JsonOptions): string {
  // Written by hand: an object could not hold a handler named "__proto__", and would put "1" before "a".
  const members = report.entries.map(({ name, status }) => {
    const value = details ? toStatusJson(status) : `{"state":"${status.state}"}`;
    return `${toAsciiJson(JSON.stringify(name))}:${value}`;
  });
  return `{${members.join(",")}}`;
}
