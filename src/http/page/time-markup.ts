import { html, type Markup } from "./markup.ts";
import { toAgeText, toExactText } from "./time-text.ts";

/**
 * Renders a moment as its age, with the exact time on hover. Without `now`, renders the exact time, so that
 * all readers get the same markup, and the client calculates the age.
 */
export function renderAge(date: Date, now: number | undefined, suffix = ""): Markup {
  const exact = toExactText(date);
  const text = now === undefined ? exact : toAgeText(now - date.getTime()) + suffix;
  return html`<time datetime="${date.toISOString()}" title="${exact}" data-age="${suffix}">${text}</time>`;
}

/** `for 3 min`; on paper `since` and the exact time. */
export function renderFor(date: Date, now: number | undefined): Markup {
  return html`<span class="for">for </span>${renderAge(date, now)}`;
}

/** The time left until a moment, which the client counts down. */
export function renderLeft(date: Date, now: number | undefined): Markup {
  const exact = toExactText(date);
  const text = now === undefined ? exact : toAgeText(date.getTime() - now);
  return html`<time datetime="${date.toISOString()}" title="${exact}" data-left>${text}</time>`;
}

export function renderMoment(date: Date): Markup {
  return html`<time datetime="${date.toISOString()}">${toExactText(date)}</time>`;
}
