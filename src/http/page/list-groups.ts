import { STATES } from "../../core/state.ts";
import type { EntryGroup } from "./group-entries.ts";
import { html, type Markup } from "./markup.ts";
import { isGroupWanted, isWanted } from "./match-filter.ts";
import type { PageScene } from "./page-model.ts";

/** Maximum number of handlers that the page lists, folded ones included. */
export const MAX_LISTED_HANDLERS = 1_000;

/** The key of the last row, which counts the handlers that are not listed. */
export const REST_KEY = "rest";

/** Whether the page lists only some of its handlers. */
export function isTooLong({ report }: PageScene): boolean {
  return report.entries.length > MAX_LISTED_HANDLERS;
}

/** The groups to list, the worst first: all of them, or of too many the first that match the filter. */
export function listGroups(groups: readonly EntryGroup[], scene: PageScene): readonly EntryGroup[] {
  if (!isTooLong(scene)) return groups;
  const listed: EntryGroup[] = [];
  let room = MAX_LISTED_HANDLERS;
  for (const group of groups) {
    if (room === 0) break;
    if (!isGroupWanted(group, scene)) continue;
    const dependants = group.dependants.filter((each) => isWanted(each, scene)).slice(0, room - 1);
    room -= 1 + dependants.length;
    listed.push({ ...group, dependants, unlisted: group.dependants.length - dependants.length });
  }
  return listed;
}

/** Says how many handlers are not listed, and in which states they are. */
export function renderRest(listed: readonly EntryGroup[], { report }: PageScene): Markup {
  const counts = { OK: 0, YELLOW: 0, RED: 0 };
  for (const { status } of report.entries) counts[status.state] += 1;
  const entries = listed.flatMap(({ entry, dependants }) => [entry, ...dependants]);
  for (const { status } of entries) counts[status.state] -= 1;
  const rest = STATES.toReversed().flatMap((state) => (counts[state] > 0 ? `${counts[state]} ${state}` : []));
  return html`<li class="none" id="${REST_KEY}" data-key="${REST_KEY}">${entries.length} of ${report.entries.length} handlers are listed, the worst first. Not listed: ${rest.join(", ")}. The filter searches all handlers.</li>`;
}
