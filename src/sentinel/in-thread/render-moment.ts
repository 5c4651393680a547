import { html, type Markup } from "../../http/page/markup.ts";

/**
 * The build uses this module in place of `http/page/render-moment.ts`: no recorder is attached to a replica, so
 * there is no page in the past, and no form that leads to it.
 */
export function renderMomentPage(): string {
  return "";
}

export function renderTimeForm(): Markup {
  return html``;
}
