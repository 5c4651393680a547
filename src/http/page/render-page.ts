import { STATES, type State } from "../../core/state.ts";
import { EVENTS_SUFFIX } from "../../formats/formats.ts";
import { AXIS_SPANS, type AxisSpan, DEFAULT_SPAN, LONG_SPANS, toSpanTitle } from "./axis-window.ts";
import { reusePart } from "./delta.ts";
import { createGrouping, type EntryGroup, type Grouping } from "./group-entries.ts";
import { isTooLong, listGroups, REST_KEY, renderRest } from "./list-groups.ts";
import { html, type Markup, toText } from "./markup.ts";
import { isGroupWanted } from "./match-filter.ts";
import type { PagePart, PageScene } from "./page-model.ts";
import { renderTicks, toAxisView } from "./render-axis.ts";
import { renderDocument } from "./render-document.ts";
import { HEAD_KEY, renderHead, toRelativeUrl, toTitle } from "./render-head.ts";
import { renderTimeForm } from "./render-moment.ts";
import { renderRow } from "./render-row.ts";
import { createRowCache } from "./row-cache.ts";

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
  const groups = toGroups(scene, createGrouping());
  const listed = listGroups(groups, scene);
  const hidesNothing = groups.length === 0 || groups.some((group) => isGroupWanted(group, scene));
  return renderDocument({
    title: toTitle(scene),
    mark: report.state,
    eventsUrl: toEventsUrl(scene),
    now,
    at: report.at,
    symbols: renderTicks(toAxisView(scene)),
    head: renderHead(scene, groups),
    buttons: view.seesWho && html` <button type="button" data-check="">Check now</button>`,
    filter: renderFilter(scene),
    isFiltered: filter !== undefined,
    noun: "handler",
    rows: [
      ...listed.map((group) => renderRow(group, scene)),
      ...(isTooLong(scene) ? [renderRest(listed, scene)] : []),
    ],
    hidesAll: !hidesNothing,
    footer: html`<p>The same for programs: ${Object.entries(LINKED_FORMATS).map(
      ([suffix, name], index) => html`${index > 0 && " · "}<a href="${toUrl(scene, suffix)}">${name}</a>`,
    )}</p>
    ${view.past && renderTimeForm(view)}
    ${!view.details && html`<p>You don't have permission to see details.</p>`}`,
  });
}

/**
 * Renders the parts of the page that change, in order: the head, and one for each handler that is not folded. Unchanged
 * parts stay the same objects.
 */
export type PartsRenderer = (scene: PageScene) => readonly PagePart[];

/** Keeps the rows of the last page, so that the cost of a change does not grow with the unchanged rows. */
export function createPartsRenderer(): PartsRenderer {
  const rows = createRowCache();
  const grouping = createGrouping();
  let head: PagePart | undefined;
  let rest: PagePart | undefined;

  return function renderParts(scene) {
    scene.changes.forgetRemoved();
    const groups = toGroups(scene, grouping);
    const listed = listGroups(groups, scene);
    head = reusePart(head, { key: HEAD_KEY, html: toText(renderHead(scene, groups)) });
    const parts = [head, ...rows.render(listed, scene)];
    if (!isTooLong(scene)) return parts;
    rest = reusePart(rest, { key: REST_KEY, html: toText(renderRest(listed, scene)) });
    return [...parts, rest];
  };
}

/** Dependencies are details too, so they are hidden with them. */
function toGroups({ report, view }: PageScene, grouping: Grouping): readonly EntryGroup[] {
  return view.details ? grouping.group(report.entries) : grouping.list(report.entries);
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
    <fieldset><legend>Axes</legend>${[...AXIS_SPANS, ...(view.past ? LONG_SPANS : [])].map((each) => renderSpan(each, span))}</fieldset>
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

/** The events of the page have the states of its span, and if not all handlers are listed, its filter. */
function toEventsUrl(scene: PageScene): string {
  const { names, span } = scene.view;
  const { text, states } = (isTooLong(scene) && scene.filter) || { text: "", states: [] };
  const query = [
    ...(span === undefined ? [] : [`span=${span}`]),
    ...(text === "" ? [] : [`q=${encodeURIComponent(text)}`]),
    ...states.map((state) => `state=${state}`),
  ].join("&");
  return toUrl(scene, EVENTS_SUFFIX) + (query && (names.length > 0 ? "&" : "?") + query);
}

/** A URL relative to the page, independent of any prefix. It keeps the selected handlers. */
function toUrl({ source, view }: PageScene, suffix: string): string {
  const query = view.names.map((name) => `name=${encodeURIComponent(name)}`).join("&");
  return toRelativeUrl(source.path, source.path + suffix) + (query && `?${query}`);
}
