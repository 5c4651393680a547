import { toUtcClock } from "./axis-text.ts";
import { AXIS_MARKS, encodeTurns, type Turn } from "./axis-turns.ts";
import { AXIS_LABELS, AXIS_UNITS, type AxisSpan, DEFAULT_SPAN, toAxisWindow } from "./axis-window.ts";
import { AXIS_HEIGHT, drawAxis, drawStarts, drawTicks } from "./draw-axis.ts";
import { html, type Markup } from "./markup.ts";
import type { PageScene } from "./page-model.ts";

/** The moment and the span for which a page is rendered. Without a moment, the client draws the axes. */
export interface AxisView {
  readonly now: number | undefined;
  readonly span: AxisSpan;
  /** The starts of processes, oldest first. Default: none. */
  readonly starts?: readonly number[];
}

export function toAxisView({
  now,
  span = DEFAULT_SPAN,
  past,
}: Pick<PageScene, "now" | "span" | "past">): AxisView {
  return { now, span, ...(past && { starts: past.starts }) };
}

/** Renders what happened to a handler. The markup for the client does not change with time. */
export function renderAxis(turns: readonly Turn[], { now, span, starts }: AxisView): Markup {
  const window = now === undefined ? undefined : toAxisWindow(span, now);
  const drawn = window && drawAxis(turns, window, starts);
  const text = window && drawn ? `Last ${window.title}, UTC: ${drawn.toText(toUtcClock)}` : "";
  const bars = AXIS_MARKS.map((mark) => html`<path class="${mark}" d="${drawn?.paths[mark] ?? ""}"/>`);
  return html`<span class="axis" data-turns="${encodeTurns(turns)}" title="${text}">
    <svg class="strip" aria-hidden="true">
      <svg height="${AXIS_HEIGHT}" viewBox="0 0 ${AXIS_UNITS} ${AXIS_HEIGHT}" preserveAspectRatio="none">${bars}</svg>
      <use href="#ticks"/>
    </svg>
    <span class="share" aria-hidden="true">${drawn?.share}</span>
    <span class="told">${text}</span>
  </span>`;
}

/** The ticks and their labels, once per page. */
export function renderTicks({ now = 0, span, starts = [] }: AxisView): Markup {
  const window = toAxisWindow(span, now);
  const { path, labels } = drawTicks(window, 0, toUtcClock);
  const texts = Array.from({ length: AXIS_LABELS }, (_, index) => {
    const { x, text } = labels[index] ?? { x: "0", text: "" };
    return html`<text x="${x}" y="${AXIS_HEIGHT + 16}">${text}</text>`;
  });
  const marks =
    starts.length > 0 &&
    html`<svg height="${AXIS_HEIGHT}" viewBox="0 0 ${AXIS_UNITS} ${AXIS_HEIGHT}" preserveAspectRatio="none"><path id="starts" data-starts="${starts.join(" ")}" d="${drawStarts(starts, window)}"/></svg>`;
  return html`<symbol id="ticks">
    <svg y="${AXIS_HEIGHT + 1}" height="3" viewBox="0 0 ${AXIS_UNITS} 3" preserveAspectRatio="none"><path d="${path}"/></svg>
    ${texts}
    ${marks}
  </symbol>`;
}
