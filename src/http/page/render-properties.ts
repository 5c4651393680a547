import type { Status } from "../../core/status.ts";
import { toStatusJson } from "../../core/status-json.ts";
import { html, type Markup } from "./markup.ts";
import { toLines } from "./shown-text.ts";

/** Maximum length of a property on the page. JSON contains the whole property. */
export const MAX_SHOWN_PROPERTY_LENGTH = 20_000;

/** Renders all properties that a handler reported, from their JSON: live objects may throw or be endless. */
export function renderProperties(status: Status): Markup {
  const properties = Object.entries(JSON.parse(toStatusJson(status)) as Record<string, unknown>);
  return html`<dl class="properties">${properties.map(renderProperty)}</dl>`;
}

function renderProperty([name, value]: [string, unknown]): Markup {
  const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 1);
  const rest = text.length - MAX_SHOWN_PROPERTY_LENGTH;
  return html`<div><dt><bdi>${toLines(name)}</bdi></dt><dd dir="auto">${toLines(text.slice(0, MAX_SHOWN_PROPERTY_LENGTH))}${
    rest > 0 && html`<em>… and ${rest} characters more</em>`
  }</dd></div>`;
}
