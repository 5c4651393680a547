import { STATES } from "../../core/state.ts";
import { AXIS_SPANS, toSpanTitle } from "../../http/page/axis-window.ts";
import { html, type Markup, toText } from "../../http/page/markup.ts";
import type { PagePart } from "../../http/page/page-model.ts";
import { renderTicks } from "../../http/page/render-axis.ts";
import { renderDocument } from "../../http/page/render-document.ts";
import { HEAD_KEY, toRelativeUrl } from "../../http/page/render-head.ts";
import { renderSymbol } from "../../http/page/state-markup.ts";
import { renderHead, toTitle } from "./render-head.ts";
import { renderInstanceForm, renderReport } from "./render-instance.ts";
import { renderRows } from "./render-rows.ts";
import { type FleetScene, type Row, toMark, toQuery, toTimeText } from "./scene.ts";
import { renderTimes } from "./times.ts";

const FORMATS: Readonly<Record<string, string>> = { ".json": "JSON", ".md": "Markdown" };

export interface FleetPageOptions {
  /** An older result may be out of date. */
  readonly lateMs: number;
}

/** The whole page. */
export function renderFleetPage(scene: FleetScene, { lateMs }: FleetPageOptions): string {
  const { choice, view, path, report } = scene;
  const rows = report === undefined ? renderRows(scene) : renderReport(scene);
  const now = scene.now ?? view.at.getTime();
  const isLive = choice.at === undefined && report === undefined;
  const toUrl = (suffix: string): string => toRelativeUrl(path, path + suffix) + toQuery(choice);
  return renderDocument({
    title: toTitle(scene),
    mark: toMark(view.state),
    snapshot: report === undefined || choice.at ? undefined : "Snapshot",
    eventsUrl: isLive ? toUrl(".events") : undefined,
    now,
    at: view.at,
    lateMs,
    lateText: "Prometheus does not answer",
    symbols: html`${renderSymbol("UNKNOWN", "unknown")}${renderTicks({ now, span: choice.span })}`,
    head: renderHead(scene),
    buttons: false,
    filter: html`${report === undefined && renderTimes(scene)}${renderInstanceForm(scene)}${renderFilter(scene)}`,
    isFiltered: choice.text !== "" || choice.states.length > 0,
    noun: choice.service === undefined ? "service" : "handler",
    rows: rows.map(({ markup }) => markup),
    hidesAll: rows.length > 0 && rows.every(({ isHidden }) => isHidden),
    footer: html`${
      report === undefined &&
      html`<p>The same for programs: ${Object.entries(FORMATS).map(
        ([suffix, name], index) => html`${index > 0 && " · "}<a href="${toUrl(suffix)}">${name}</a>`,
      )}</p><p>Axes show ${
        choice.service === undefined
          ? "the start of each state; of equal states within 1 min or more, the last"
          : "the worst state of each minute or more"
      }.</p>`
    }`,
  });
}

/** The parts of the page that change, in order. */
export function renderFleetParts(scene: FleetScene): readonly PagePart[] {
  const rows = renderRows(scene).map(({ key, markup }: Row) => ({ key, html: toText(markup) }));
  return [{ key: HEAD_KEY, html: toText(renderHead(scene)) }, ...rows];
}

function renderFilter({ choice }: FleetScene): Markup {
  const { text, states, service, instance, at, span } = choice;
  const apply = html`<button>Apply</button>`;
  return html`<form id="filter" class="filter" role="search" autocomplete="off">
    ${service !== undefined && html`<input type="hidden" name="service" value="${service}">`}
    ${instance !== undefined && html`<input type="hidden" name="instance" value="${instance}">`}
    ${at && html`<input type="hidden" name="at" value="${toTimeText(at)}">`}
    <label>Filter <input type="search" name="q" value="${text}" autocomplete="off" spellcheck="false"></label>
    <fieldset><legend class="quiet">States</legend>${["UNKNOWN", ...STATES]
      .reverse()
      .map(
        (state) =>
          html`<label class="choice"><input type="checkbox" name="state" value="${state}"${states.includes(state) && html` checked`}> ${state}</label>`,
      )}</fieldset>
    ${
      instance === undefined &&
      html`<fieldset><legend>Axes</legend>${AXIS_SPANS.map(
        (each) =>
          html`<label class="choice"><input type="radio" name="span" value="${each}"${each === span && html` checked`}> ${toSpanTitle(each)}</label>`,
      )}</fieldset>`
    }
    ${at === undefined && instance === undefined ? html`<noscript>${apply}</noscript>` : apply}
  </form>`;
}
