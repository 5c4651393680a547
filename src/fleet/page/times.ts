import { html, type Markup } from "../../http/page/markup.ts";
import { type FleetScene, toQuery, toTimeText } from "./scene.ts";

const MINUTE_MS = 60_000;

/** The steps from one moment to another. */
const STEPS: readonly (readonly [minutes: number, text: string])[] = [
  [-60, "1 h earlier"],
  [-5, "5 min earlier"],
  [5, "5 min later"],
  [60, "1 h later"],
];

/** Links to other moments, and a form for any moment. Both work without the script. */
export function renderTimes({ choice, view }: FleetScene): Markup {
  const { service, at } = choice;
  const from = at ?? new Date(Math.floor(view.at.getTime() / MINUTE_MS) * MINUTE_MS);
  const links = STEPS.flatMap(([minutes, text]) => {
    const to = new Date(from.getTime() + minutes * MINUTE_MS);
    const isPast = minutes < 0 || (at !== undefined && to < new Date());
    return isPast ? [html` <a href="${toQuery({ ...choice, at: to })}">${text}</a>`] : [];
  });
  return html`<form class="filter times" autocomplete="off">
    ${service !== undefined && html`<input type="hidden" name="service" value="${service}">`}
    <label>At <input type="search" name="at" value="${at && toTimeText(at)}" placeholder="${toTimeText(from)}" autocomplete="off"></label>
    <button>Show</button>${links}${at && html` <a href="${toQuery({ ...(service !== undefined && { service }) }) || "?"}">now</a>`}
  </form>`;
}
