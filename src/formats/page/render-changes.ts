import type { Change } from "../../core/change.ts";
import { toDetailText } from "../../core/detail-text.ts";
import { STATES, type State } from "../../core/state.ts";
import { html, type Markup } from "./markup.ts";
import { cut, toLine } from "./shown-text.ts";
import { toExactText } from "./time-text.ts";

/** So many of the last changes are shown. */
export const MAX_SHOWN_CHANGES = 100;

/** So many characters of the detail of a change are shown. */
export const MAX_CHANGE_DETAIL_LENGTH = 120;

/** The last changes of a handler, twice. */
export interface RenderedChanges {
  /** As strokes, the newest on the right. It shows how often and how badly; the list says what. */
  readonly strip: Markup;
  /** For everybody who reads, listens or feels, the newest first. */
  readonly list: Markup;
}

interface KnownChanges extends RenderedChanges {
  readonly first: Change | undefined;
}

/** The worse the state, the longer its stroke. */
const LENGTHS: Readonly<Record<State, number>> = { OK: 4, YELLOW: 8, RED: 12 };

/** By the last change. Of 500 handlers few have changed since they were rendered, and each may have 100 changes. */
const known = new WeakMap<Change, KnownChanges>();

export function renderChanges(changes: readonly Change[]): RenderedChanges {
  const shown = changes.slice(-MAX_SHOWN_CHANGES);
  const [first] = shown;
  const last = shown.at(-1);
  if (last === undefined) return { strip: renderStrip(shown), list: html`<p>No change is remembered.</p>` };
  const present = known.get(last);
  if (present !== undefined && present.first === first) return present;
  const rendered = { first, strip: renderStrip(shown), list: renderList(shown) };
  known.set(last, rendered);
  return rendered;
}

function renderStrip(changes: readonly Change[]): Markup {
  const start = MAX_SHOWN_CHANGES - changes.length;
  const paths = STATES.map((state) => {
    const strokes = changes.map(({ to }, index) =>
      to === state ? `M${start + index} 12v-${LENGTHS[state]}` : "",
    );
    return html`<path class="${state}" d="${strokes.join("")}"/>`;
  });
  return html`<svg class="strip" viewBox="-.5 0 100 12" preserveAspectRatio="none" aria-hidden="true">${paths}</svg>`;
}

function renderList(changes: readonly Change[]): Markup {
  return html`<ol class="changes" tabindex="0" aria-label="Changes, the newest first">${[...changes]
    .reverse()
    .map(renderChange)}</ol>`;
}

function renderChange({ from, to, at, status }: Change): Markup {
  const detail = cut(toLine(toDetailText(status)), MAX_CHANGE_DETAIL_LENGTH);
  return html`<li><i>${toExactText(at)}</i> ${from ?? "new"} → <b class="${to}">${to}</b> <bdi>${detail}</bdi></li>`;
}
