import type { Moment, MomentEntry } from "../moment.ts";
import { PAGE_STYLE } from "./assets.ts";
import { html, type Markup, toText, verbatim } from "./markup.ts";
import type { PageView, ServiceDescription } from "./page-model.ts";
import { renderShapes, renderState, toFavicon } from "./state-markup.ts";
import { renderMoment } from "./time-markup.ts";
import { toAgeText, toExactText } from "./time-text.ts";

export interface MomentScene {
  readonly moment: Moment;
  readonly service: ServiceDescription;
  readonly view: PageView;
  readonly now: number;
}

/** Small screens hide links and forms unless the box of the tools is checked. */
const SHOWS_TOOLS = '<input type="checkbox" id="tools" checked hidden>';

/** The page as it was. It has no script and no controls, because these act on the present. */
export function renderMomentPage(scene: MomentScene): string {
  const { moment, service, view } = scene;
  const { at, state, entries } = moment;
  const name = service.name ?? "Service status";
  return toText(html`${verbatim("<!doctype html>")}<html lang="en">
    <head>
      <meta charset="utf-8">
      <title>${state} at ${toExactText(at)}: ${name}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="${toFavicon(state)}">
      <style>${verbatim(PAGE_STYLE)}</style>
    </head>
    <body>
      ${verbatim(SHOWS_TOOLS)}
      ${renderShapes(html``)}
      ${renderHead(scene, name)}
      <main>
        <div class="bar">${renderLinks(scene)}${renderTimeForm(view, at)}</div>
        <section id="handlers">
          <h2 class="quiet">Handlers</h2>
          <ul class="rows">${entries.map((entry) => renderEntry(entry, scene))}</ul>
        </section>
      </main>
      <footer>${!view.details && html`<p>You don't have permission to see details.</p>`}</footer>
    </body>
  </html>`);
}

function renderHead({ moment, now }: MomentScene, name: string): Markup {
  const { at, state, entries } = moment;
  const unknown = entries.filter((entry) => entry.state === "unknown").length;
  return html`<header class="head ${state}">
    <div class="service"><h1><bdi>${name}</bdi></h1></div>
    <p class="overall">${renderMark(state)} <span class="sentence">as it was at ${renderMoment(at)}, ${toAgeText(now - at.getTime())} ago.${
      unknown > 0 && html` ${unknown} of ${entries.length} unknown: no process recorded them at that time.`
    }</span></p>
  </header>`;
}

/** The time of a page in the past, for the form and the links. */
export function renderTimeForm({ names }: PageView, at?: Date): Markup {
  const value = at?.toISOString().slice(0, 19) ?? "";
  return html`<form class="filter">
    ${names.map((name) => html`<input type="hidden" name="name" value="${name}">`)}
    <label>As it was at (UTC) <input type="datetime-local" name="at" step="1" value="${value}" required></label>
    <button>Show</button>
  </form>`;
}

function renderLinks({ moment, view }: MomentScene): Markup {
  const { earlier, later } = moment;
  return html`<nav aria-label="Times"><ul class="links">
    ${earlier && html`<li><a href="${toUrl(view, earlier)}">Earlier change</a></li>`}
    ${later && html`<li><a href="${toUrl(view, later)}">Later change</a></li>`}
    <li><a href="${toUrl(view)}">Now</a></li>
  </ul></nav>`;
}

/** Relative to the page, whose path may have a prefix or a suffix. */
function toUrl({ names }: PageView, at?: Date): string {
  const query = new URLSearchParams();
  for (const name of names) query.append("name", name);
  if (at !== undefined) query.set("at", at.toISOString());
  return `?${query}`;
}

function renderEntry({ name, state, since, reason, detail }: MomentEntry, scene: MomentScene): Markup {
  const { view, moment } = scene;
  const why = [reason === "reported" ? "" : (reason ?? ""), detail ?? ""].filter((text) => text !== "");
  const held =
    since && html`for ${toAgeText(moment.at.getTime() - since.getTime())}, since ${renderMoment(since)}`;
  return html`<li class="row ${state}" data-state="${state}"><div class="summary">${renderMark(state)}<span class="name"><bdi>${name}</bdi>${
    view.details &&
    since &&
    html`<br><small>${held}${why.length > 0 && html`: <bdi>${why.join(", ")}</bdi>`}</small>`
  }</span></div></li>`;
}

function renderMark(state: MomentEntry["state"]): Markup {
  return state === "unknown" ? html`<span class="state unknown">unknown</span>` : renderState(state);
}
