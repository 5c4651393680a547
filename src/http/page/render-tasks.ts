import type { Entry } from "../../core/report.ts";
import { html, type Markup } from "./markup.ts";
import type { PageView } from "./page-model.ts";

/** The id of a handler's row, which is also its fragment in the page's address. */
export function toAnchor(name: string): string {
  return `handler-${encodeURIComponent(name)}`;
}

/** Renders the purpose of a handler, and the actions for a reader. */
export function renderTasks(entry: Entry, { seesWho }: PageView): Markup {
  const { name, description, runbook } = entry;
  return html`${description !== undefined && html`<p dir="auto">${description}</p>`}<p class="tasks">
    ${renderRunbook(runbook)}
    <a class="anchor" href="#${toAnchor(name)}">Link to this row</a>
    <button type="button" class="scripted" data-copy>Copy this row</button>
    ${seesWho && html`<button type="button" class="scripted" data-check="${name}">Check <bdi>${name}</bdi> now</button>`}
  </p>`;
}

export function renderRunbook(url: string | undefined): Markup | false {
  return url !== undefined && html`<a class="runbook" href="${url}" rel="noreferrer">Runbook</a>`;
}
