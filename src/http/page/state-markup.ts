import { STATES, type State } from "../../core/state.ts";
import { html, type Markup, verbatim } from "./markup.ts";

/** Each state has a different shape: a disc with a tick, a triangle, an octagon with a cross. */
const SHAPES: Readonly<Record<Mark, string>> = {
  OK: '<circle cx="8" cy="8" r="7"/><path class="sign" d="M4.5 8.2 7 10.7l4.5-5"/>',
  YELLOW: '<path d="M8 1 15.5 14.5H.5z"/><path class="sign" d="M8 6v4m0 1.6v1.4"/>',
  RED: '<path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z"/><path class="sign" d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6"/>',
  unknown:
    '<circle cx="8" cy="8" r="7"/><path class="sign" d="M5.8 6.2a2.2 2.2 0 1 1 3 2Q8 8.6 8 9.6m0 1.6v1.4"/>',
};

/** The colors of the favicon. The page's colors are in its style sheet. */
const COLOURS: Readonly<Record<Mark, string>> = {
  OK: "#1a7f42",
  YELLOW: "#e0a000",
  RED: "#c62828",
  unknown: "#6b7280",
};

/** The state that a favicon shows. */
export type Mark = State | "unknown";

/** A state as its shape and a word. The style sheet sets the color. */
export function renderState(state: State | "UNKNOWN"): Markup {
  return html`<span class="state ${state}">${renderIcon(state)}<span class="was">was </span>${state}</span>`;
}

export function renderIcon(state: State | "UNKNOWN"): Markup {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><use href="#shape-${state}"/></svg>`;
}

/** The definitions of the shapes and of other symbols, once per page. */
export function renderShapes(others: Markup): Markup {
  return html`<svg class="shapes" aria-hidden="true">${STATES.map((state) => renderSymbol(state, state))}${others}</svg>`;
}

/** The definition of a shape that not every page has. */
export function renderSymbol(name: State | "UNKNOWN", mark: Mark): Markup {
  return html`<symbol id="shape-${name}" viewBox="0 0 16 16">${verbatim(SHAPES[mark])}</symbol>`;
}

/** The favicon as a data URL. */
export function toFavicon(mark: Mark): string {
  const style = "<style>.sign{fill:none;stroke:#fff;stroke-width:2}</style>";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="${COLOURS[mark]}">${style}${SHAPES[mark]}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
