import { toDetailText } from "../../core/detail-text.ts";
import type { Entry } from "../../core/report.ts";
import type { EntryGroup } from "./group-entries.ts";
import type { PageScene } from "./page-model.ts";
import { cut, toLine } from "./shown-text.ts";

/** Maximum length of a detail in the row. The opened row shows the whole detail. */
export const MAX_ROW_DETAIL_LENGTH = 300;

/** The detail as shown in the row, which is also the text that the filter searches. */
export function toRowDetail({ status }: Entry): string {
  return cut(toLine(toDetailText(status)), MAX_ROW_DETAIL_LENGTH);
}

/** Whether a handler matches the filter. */
export function isWanted(entry: Entry, { filter, view }: PageScene): boolean {
  if (filter === undefined) return true;
  const { text, states } = filter;
  const searched = view.details ? `${entry.name} ${toRowDetail(entry)}` : entry.name;
  const hasState = states.length === 0 || states.includes(entry.status.state);
  return hasState && searched.toLowerCase().includes(text.toLowerCase());
}

/** A handler is also shown if a handler folded under it matches. */
export function isGroupWanted({ entry, dependants }: EntryGroup, scene: PageScene): boolean {
  return [entry, ...dependants].some((each) => isWanted(each, scene));
}
