import type { Entry } from "../../core/report.ts";
import { html, type Markup } from "./markup.ts";
import type { PageScene } from "./page-model.ts";
import { renderAge, renderFor } from "./time-markup.ts";

/** How long a handler has been in its state. If its first result had that state, nobody knows. */
export function renderSince({ name, since }: Entry, { changes, now }: PageScene): Markup {
  const { last } = changes.render(name);
  const isFirst = last?.from === undefined && last?.at.getTime() === since.getTime();
  return isFirst ? html`first seen ${renderAge(since, now, " ago")}` : renderFor(since, now);
}
