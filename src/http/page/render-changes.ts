import type { Change } from "../../core/change.ts";
import { toDetailText } from "../../core/detail-text.ts";
import type { StatusRegistry } from "../../core/registry/registry.ts";
import { STATES, type State } from "../../core/state.ts";
import { html, type Markup } from "./markup.ts";
import { cut, toLine } from "./shown-text.ts";
import { toExactText } from "./time-text.ts";

/** Maximum number of changes to show. */
export const MAX_SHOWN_CHANGES = 100;

/** Maximum length of a change's detail. */
export const MAX_CHANGE_DETAIL_LENGTH = 120;

/** The last changes of a handler in two forms. */
export interface RenderedChanges {
  /** As strokes, the newest on the right. They show frequency and severity; the list shows the text. */
  readonly strip: Markup;
  /** As text, which screen readers and braille displays can present, the newest first. */
  readonly list: Markup;
  readonly last: Change | undefined;
}

/** Renders the last changes of handlers. */
export interface ChangesRenderer {
  render(name: string): RenderedChanges;
  /** Forgets removed handlers. Call it before each page. */
  forgetRemoved(): void;
}

interface KnownChanges extends RenderedChanges {
  readonly first: Change | undefined;
}

/** The worse the state, the longer its stroke. */
const LENGTHS: Readonly<Record<State, number>> = { OK: 4, YELLOW: 8, RED: 12 };

/**
 * Caches one rendering per handler: of 500 handlers, few have changed since the last page, and each may have
 * 100 changes.
 */
export function createChangesRenderer(registry: Pick<StatusRegistry, "history" | "names">): ChangesRenderer {
  const known = new Map<string, KnownChanges>();

  return {
    render(name) {
      const changes = registry.history(name).slice(-MAX_SHOWN_CHANGES);
      const before = known.get(name);
      if (before !== undefined && before.first === changes[0] && before.last === changes.at(-1))
        return before;
      const rendered = render(changes);
      known.set(name, rendered);
      return rendered;
    },
    forgetRemoved() {
      const names = new Set(registry.names);
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
  };
}

function render(changes: readonly Change[]): KnownChanges {
  const strip = renderStrip(changes);
  const list = changes.length === 0 ? html`<p>No changes are recorded.</p>` : renderList(changes);
  return { first: changes[0], last: changes.at(-1), strip, list };
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
