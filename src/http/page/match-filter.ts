import { toDetailText } from "../../core/detail-text.ts";
import type { Entry } from "../../core/report.ts";
import type { EntryGroup } from "./group-entries.ts";
import type { PageScene } from "./page-model.ts";
import { cut, toLine } from "./shown-text.ts";

/** So many characters of a detail stand in the row; all of them are in the opened one. */
export const MAX_ROW_DETAIL_LENGTH = 300;

/** The detail as the row shows it, which is also what is searched. */
export function toRowDetail({ status }: Entry): string {
  return cut(toLine(toDetailText(status)), MAX_ROW_DETAIL_LENGTH);
}

/** Whether a handler is among those that are looked for. */
export function isWanted(entry: Entry, { filter, view }: PageScene): boolean {
  if (filter === undefined) return true;
  const { text, states } = filter;
  const searched = view.details ? `${entry.name} ${toRowDetail(entry)}` : entry.name;
  const hasState = states.length === 0 || states.includes(entry.status.state);
  return hasState && searched.toLowerCase().includes(text.toLowerCase());
}

/** A handler is shown also for the sake of those that are folded under it. */
export function isGroupWanted({ entry, dependants }: EntryGroup, scene: PageScene): boolean {
  return [entry, ...dependants].some((each) => isWanted(each, scene));
}
