import type { Entry } from "../../core/report.ts";
import { html, type Markup } from "./markup.ts";
import type { PageScene } from "./page-model.ts";
import { renderAge, renderFor } from "./time-markup.ts";

/** How long a handler has been in its state. If its first result had that state, the start is unknown. */
export function renderSince(entry: Entry, { changes, now }: PageScene): Markup {
  const { since } = entry;
  const { last } = changes.render(entry);
  const isFirst = last?.from === undefined && last?.at.getTime() === since.getTime();
  return isFirst ? html`first seen ${renderAge(since, now, " ago")}` : renderFor(since, now);
}
