import { toUtcClock } from "../../http/page/axis-text.ts";
import { html, type Markup } from "../../http/page/markup.ts";
import { type FleetScene, toQuery, toTimeText } from "./scene.ts";

const MINUTE_MS = 60_000;

/** The slider covers the day that the axes show. */
export const MAX_MINUTES = 1_440;

/** The steps from one moment to another. */
const STEPS: readonly (readonly [minutes: number, text: string])[] = [
  [-60, "1 h earlier"],
  [-5, "5 min earlier"],
  [5, "5 min later"],
  [60, "1 h later"],
];

/** Links to other moments and to changes, a form for any moment, and a slider over the time of the axes. All work without the script. */
export function renderTimes({ choice, view, turns }: FleetScene): Markup {
  const { service, at } = choice;
  const own = service !== undefined && html`<input type="hidden" name="service" value="${service}">`;
  const from = at ?? new Date(Math.floor(view.at.getTime() / MINUTE_MS) * MINUTE_MS);
  const links = STEPS.flatMap(([minutes, text]) => {
    const to = new Date(from.getTime() + minutes * MINUTE_MS);
    const isPast = minutes < 0 || (at !== undefined && to < new Date());
    return isPast ? [html` <a href="${toQuery({ ...choice, at: to })}">${text}</a>`] : [];
  });
  const now = from.getTime();
  let [previous, next] = [0, Number.POSITIVE_INFINITY];
  // The first turn of an axis is not a change.
  for (const each of turns.values())
    for (const { at: changed } of each.slice(1)) {
      if (changed < now) previous = Math.max(previous, changed);
      else if (changed > now) next = Math.min(next, changed);
    }
  const addLink = (changed: number, text: string): void =>
    void links.push(html` <a href="${toQuery({ ...choice, at: new Date(changed) })}">${text}</a>`);
  if (previous > 0) addLink(previous, "previous change");
  if (at !== undefined && Number.isFinite(next)) addLink(next, "next change");
  const back =
    at &&
    html` Showing ${at.toUTCString().slice(5, 22)} UTC, back to <a href="${toQuery({ ...(service !== undefined && { service }) }) || "?"}">now</a>`;
  return html`<form class="filter" autocomplete="off">
    ${own}
    <label>At <input type="search" name="at" value="${at && toTimeText(at)}" placeholder="${toTimeText(from)}" autocomplete="off"></label>
    <button>Show</button>${links}${back}
  </form>
  <form class="filter" autocomplete="off">
    ${own}<input type="hidden" name="at" value="${toTimeText(from)}">
    <label>Minutes from ${toUtcClock(from.getTime())} UTC <input type="range" name="minutes" min="${-MAX_MINUTES}" max="0" step="5" value="0" data-to="${from.getTime()}"></label>
    <button>Show<span></span></button>
  </form>`;
}
