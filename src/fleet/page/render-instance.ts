import { html, type Markup } from "../../http/page/markup.ts";
import { cut, toLine, toLines } from "../../http/page/shown-text.ts";
import { renderState } from "../../http/page/state-markup.ts";
import { renderAge, renderFor } from "../../http/page/time-markup.ts";
import { type FleetScene, isWanted, type Row, toQuery, toTimeText } from "./scene.ts";

const MAX_NAME_LENGTH = 300;
const MAX_DETAIL_LENGTH = 2_000;

/** The handlers of the instance that the reader opened. All texts of the instance are shown as text. */
export function renderReport(scene: FleetScene): readonly Row[] {
  const { report, now } = scene;
  if (report === undefined || "problem" in report) return [];
  return report.entries.map(({ name, state, detail = "", since }, index) => {
    const [shownName, shownDetail] = [
      cut(toLine(name), MAX_NAME_LENGTH),
      cut(toLines(detail), MAX_DETAIL_LENGTH),
    ];
    const key = `row:${index}`;
    const isHidden = !isWanted(scene, state, `${shownName} ${shownDetail}`);
    const markup = html`<li class="row ${state}" data-key="${key}" data-state="${state}"${isHidden && html` hidden`}>
      <div class="summary">${renderState(state)}<span class="name"><bdi>${shownName}</bdi> <span class="detail" dir="auto">${shownDetail}</span></span><span class="since">${since && renderFor(since, now)}</span></div>
    </li>`;
    return { key, markup, isHidden };
  });
}

/** Which instance it is, where its own page is, and how old its report is. */
export function renderReportHead({ choice, report, now }: FleetScene): Markup | false {
  const { service, instance, ...rest } = choice;
  if (report === undefined || service === undefined || instance === undefined) return false;
  const shown = html`<bdi>${cut(toLine(instance), MAX_NAME_LENGTH)}</bdi>`;
  return html`<p class="probe">${"problem" in report ? "No details of" : "Details of"} ${renderInstanceLink(report.url, shown)}${"problem" in report && html`: ${cut(toLine(report.problem), MAX_NAME_LENGTH)}`}, ${renderAge(report.at, now, " ago")}. <a href="${toQuery({ ...rest, service })}">All instances</a></p>`;
}

/** Opens any instance of the service by its name. */
export function renderInstanceForm({ choice, hasDetails }: FleetScene): Markup | false {
  const { service, instance, at } = choice;
  if (!hasDetails || service === undefined) return false;
  return html`<form class="filter" autocomplete="off"><input type="hidden" name="service" value="${service}">${at && html`<input type="hidden" name="at" value="${toTimeText(at)}">`}<label>Instance <input type="search" name="instance" value="${instance}" autocomplete="off"></label> <button>Details</button></form>`;
}

/** Links to the page of an instance, if it has one. */
export function renderInstanceLink(url: string | undefined, text: Markup | string): Markup {
  return url === undefined ? html`${text}` : html`<a href="${url}" rel="noreferrer">${text}</a>`;
}
