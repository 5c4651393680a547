import type { Change } from "../../core/change.ts";
import { toDetailText } from "../../core/detail-text.ts";
import { STATES, type State } from "../../core/state.ts";
import { html, type Markup } from "./markup.ts";
import { cut, toLine } from "./shown-text.ts";
import { renderState } from "./state-markup.ts";
import { renderMoment } from "./time-markup.ts";

/** So many of the last changes are shown. */
export const MAX_SHOWN_CHANGES = 100;

/** So many characters of the detail of a change are shown. */
export const MAX_CHANGE_DETAIL_LENGTH = 120;

/** The worse the state, the longer its stroke. */
const LENGTHS: Readonly<Record<State, number>> = { OK: 4, YELLOW: 8, RED: 12 };

/** The last changes as strokes, the newest on the right. It shows how often and how badly; the list says what. */
export function renderStrip(changes: readonly Change[]): Markup {
  const shown = changes.slice(-MAX_SHOWN_CHANGES);
  const first = MAX_SHOWN_CHANGES - shown.length;
  const paths = STATES.map((state) => {
    const strokes = shown.map(({ to }, index) =>
      to === state ? `M${first + index} 12v-${LENGTHS[state]}` : "",
    );
    const path = strokes.join("");
    return path !== "" && html`<path class="${state}" d="${path}"/>`;
  });
  return html`<svg class="strip" viewBox="-.5 0 100 12" preserveAspectRatio="none" aria-hidden="true">${paths.filter(isPresent)}</svg>`;
}

/** The same for everybody who reads, listens or feels, the newest first. */
export function renderChanges(changes: readonly Change[]): Markup {
  const shown = changes.slice(-MAX_SHOWN_CHANGES).reverse();
  if (shown.length === 0) return html`<p>No change is remembered.</p>`;
  return html`<ol class="changes" tabindex="0" aria-label="Changes, the newest first">${shown.map(renderChange)}</ol>`;
}

function renderChange({ from, to, at, status }: Change): Markup {
  const detail = cut(toLine(toDetailText(status)), MAX_CHANGE_DETAIL_LENGTH);
  return html`<li>${renderMoment(at)} ${from ?? "new"} → ${renderState(to)} <span dir="auto">${detail}</span></li>`;
}

function isPresent(markup: Markup | false): markup is Markup {
  return markup !== false;
}
