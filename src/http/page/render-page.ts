import { STATES, type State } from "../../core/state.ts";
import { EVENTS_SUFFIX } from "../../formats/formats.ts";
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH, PAGE_STYLE, PAGE_STYLE_HASH } from "./assets.ts";
import { AXIS_SPANS, type AxisSpan, DEFAULT_SPAN, toSpanTitle } from "./axis.ts";
import { type EntryGroup, groupEntries, listEntries } from "./group-entries.ts";
import { html, type Markup, toText, verbatim } from "./markup.ts";
import { isGroupWanted } from "./match-filter.ts";
import type { PagePart, PageScene } from "./page-model.ts";
import { renderTicks, toAxisView } from "./render-axis.ts";
import { HEAD_KEY, renderHead, toRelativeUrl, toTitle } from "./render-head.ts";
import { ROW_KEY, renderRow } from "./render-row.ts";
import { renderShapes, toFavicon } from "./state-markup.ts";
import { renderAge } from "./time-markup.ts";

/** Interval at which the browser reloads the page if the script does not run. */
export const REFRESH_S = 10;

/** Allows only the page's own style, script and favicon, and no frames around it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src '${PAGE_STYLE_HASH}'`,
    `script-src '${PAGE_SCRIPT_HASH}'`,
    "connect-src 'self'",
    "img-src data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "Referrer-Policy": "no-referrer",
};

// Outside the template, because bundlers replace tagged templates that contain `</script>` with a helper
// function.
const SCRIPT: Markup = verbatim(`<script type="module">${PAGE_SCRIPT}</script>`);

/** The formats that the page links to, by suffix of the path. */
const LINKED_FORMATS: Readonly<Record<string, string>> = {
  ".json": "JSON",
  ".csv": "csv",
  ".prometheus": "Prometheus",
  ".health": "health+json",
};

/** The whole page. */
export function renderPage(scene: PageScene): string {
  const { report, view, changes, filter } = scene;
  changes.forgetRemoved();
  const now = scene.now ?? report.at.getTime();
  const groups = toGroups(scene);
  const hidesNothing = groups.length === 0 || groups.some((group) => isGroupWanted(group, scene));
  return toText(html`${verbatim("<!doctype html>")}<html lang="en" data-events="${toUrl(scene, EVENTS_SUFFIX)}" data-now="${now}" data-lost-icon="${toFavicon("unknown")}">
    <head>
      <meta charset="utf-8">
      <title>${toTitle(scene)}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex">
      <meta name="color-scheme" content="light dark">
      <noscript><meta http-equiv="refresh" content="${REFRESH_S}"></noscript>
      <link rel="icon" href="${toFavicon(report.state)}">
      <style>${verbatim(PAGE_STYLE)}</style>
    </head>
    <body>
      <a class="skip" href="#handlers">Skip to the handlers</a>
      ${renderShapes(renderTicks(toAxisView(scene)))}
      ${renderHead(scene)}
      <main>
      <div class="bar">
        <p class="link"><span id="link" role="status">Snapshot; reloads every ${REFRESH_S} s</span><span>, last result ${renderAge(report.at, now, " ago")}</span></p>
        <p class="toggle"><label><input type="checkbox" id="tools" autocomplete="off"${filter !== undefined && html` checked`}> Tools</label><span id="filtered"${filter === undefined && html` hidden`}>, filter on</span></p>
        <p class="actions scripted"><button type="button" id="pause">Pause</button> <button type="button" id="copy">Copy as Markdown</button>${view.seesWho && html` <button type="button" data-check="">Check now</button>`}</p>
        ${renderFilter(scene)}
      </div>
      <section id="handlers" tabindex="-1">
        <h2 class="quiet">Handlers</h2>
        <ul id="rows" class="rows">${groups.map((group) => renderRow(group, scene))}</ul>
        <p id="none" class="none"${hidesNothing && html` hidden`}>No handler matches the filter.</p>
      </section>
      </main>
      <div class="notices scripted" role="status">
        <p id="moved" class="moved" hidden><span></span> <button type="button">Close</button></p>
        <button type="button" id="sort" hidden></button>
      </div>
      <footer>
        <p>The same for programs: ${Object.entries(LINKED_FORMATS).map(
          ([suffix, name], index) => html`${index > 0 && " · "}<a href="${toUrl(scene, suffix)}">${name}</a>`,
        )}</p>
        ${!view.details && html`<p>You don't have permission to see details.</p>`}
      </footer>
      <p id="news" class="quiet" aria-live="polite"></p>
      ${SCRIPT}
    </body>
  </html>`);
}

/** The parts of the page that change, in order: the head, and one for each handler that is not folded. */
export function renderParts(scene: PageScene): readonly PagePart[] {
  scene.changes.forgetRemoved();
  const rows = toGroups(scene).map((group) => ({
    key: ROW_KEY + group.entry.name,
    html: toText(renderRow(group, scene)),
  }));
  return [{ key: HEAD_KEY, html: toText(renderHead(scene)) }, ...rows];
}

/** Dependencies are details too, so they are hidden with them. */
function toGroups({ report, view }: PageScene): readonly EntryGroup[] {
  return view.details ? groupEntries(report.entries) : listEntries(report.entries);
}

/**
 * A form, so that the filter works without the script too: then the server hides the rows that do not match.
 */
function renderFilter({ view, filter, span = DEFAULT_SPAN }: PageScene): Markup {
  const { text = "", states = [] } = filter ?? {};
  return html`<form id="filter" class="filter" role="search" autocomplete="off">
    ${view.names.map((name) => html`<input type="hidden" name="name" value="${name}">`)}
    <label>Filter <input type="search" name="q" value="${text}" autocomplete="off" spellcheck="false"></label>
    <fieldset><legend class="quiet">States</legend>${STATES.toReversed().map((state) => renderChoice(state, states))}</fieldset>
    <fieldset><legend>Axes</legend>${AXIS_SPANS.map((each) => renderSpan(each, span))}</fieldset>
    <noscript><button>Apply</button></noscript>
  </form>`;
}

function renderChoice(state: State, chosen: readonly string[]): Markup {
  const checked = chosen.includes(state) && html` checked`;
  return html`<label class="choice"><input type="checkbox" name="state" value="${state}"${checked}> ${state}</label>`;
}

function renderSpan(span: AxisSpan, chosen: AxisSpan): Markup {
  const checked = span === chosen && html` checked`;
  return html`<label class="choice"><input type="radio" name="span" value="${span}"${checked}> ${toSpanTitle(span)}</label>`;
}

/** A URL relative to the page, independent of any prefix. It keeps the selected handlers. */
function toUrl({ source, view }: PageScene, suffix: string): string {
  const query = view.names.map((name) => `name=${encodeURIComponent(name)}`).join("&");
  return toRelativeUrl(source.path, source.path + suffix) + (query && `?${query}`);
}
