import { STATES } from "../../core/state.ts";
import { html, type Markup } from "../../http/page/markup.ts";
import { cut, toLine } from "../../http/page/shown-text.ts";
import { renderState } from "../../http/page/state-markup.ts";
import { groupBy } from "../../util/group-by.ts";
import { MAX_LISTED_INSTANCES } from "../read/queries.ts";
import type { FleetInstance, ServiceDetail } from "../read/service-detail.ts";
import type { FleetState } from "../read/view.ts";
import { toInstanceUrl } from "./instance-url.ts";
import { renderInstanceLink } from "./render-instance.ts";

/** Maximum number of rows. With more instances, those with the same states share a row. */
export const MAX_ROWS = 20;

/** Maximum number of handlers with a column. */
export const MAX_COLUMNS = 12;

const MAX_NAME_LENGTH = 60;
const MAX_CAPTION_LENGTH = 300;

interface Line {
  readonly links: readonly Markup[];
  /** Why nothing or little is known about the instances. */
  readonly flags: readonly string[];
  readonly states: readonly FleetState[];
}

/** The instances that are not OK, by the handlers that are not OK. The number of cells is limited. */
export function renderMatrix(service: ServiceDetail, instanceUrl: string): Markup | false {
  const { problems } = service;
  const bad = new Set(problems.flatMap(({ handler = [] }) => handler));
  const columns = [...new Set([...service.handlers.map(({ name }) => name), ...bad])].filter((name) =>
    bad.has(name),
  );
  if (columns.length === 0) return false;
  const shown = columns.slice(0, MAX_COLUMNS);
  const instances = [...groupBy(problems, ({ name }) => name).values()];
  const isCut = instances.length >= MAX_LISTED_INSTANCES;
  const lines = instances.map((own) => toLineOf(own, shown, isCut, instanceUrl));
  const toKey = ({ flags, states }: Line): string => JSON.stringify([flags, states]);
  const groups = lines.length > MAX_ROWS ? [...groupBy(lines, toKey).values()] : lines.map((each) => [each]);
  const rows = groups.sort((one, other) => other.length - one.length).slice(0, MAX_ROWS);
  const more = [
    ...(columns.length > shown.length ? [`${columns.length - shown.length} more handlers`] : []),
    ...(groups.length > rows.length ? [`${groups.length - rows.length} more combinations`] : []),
  ];
  return html`<div class="matrix" role="region" aria-label="Instances by handler" tabindex="0"><table>
    <caption>${cut(toLine(toCaption(service, instances.length)), MAX_CAPTION_LENGTH)}</caption>
    <thead><tr><th scope="col">Instances</th>${shown.map(
      (name) => html`<th scope="col"><bdi>${cut(toLine(name), MAX_NAME_LENGTH)}</bdi></th>`,
    )}</tr></thead>
    <tbody>${rows.map(renderLines)}</tbody>
  </table>${more.length > 0 && html`<p>And ${more.join(", ")}.</p>`}</div>`;
}

function toLineOf(
  own: readonly FleetInstance[],
  columns: readonly string[],
  isCut: boolean,
  instanceUrl: string,
): Line {
  const { name = "", labels = {} } = own[0] ?? {};
  const text = html`<bdi>${cut(toLine(name), MAX_NAME_LENGTH)}</bdi>`;
  const states = new Map(own.map(({ handler, problem }) => [handler, problem]));
  const flags = own.flatMap(({ handler, problem }) => (handler === undefined ? [toProblem(problem)] : []));
  // If the list is cut, an instance that is decommissioned may have handlers that are not OK and not listed.
  const rest = flags.includes("not scraped") || (isCut && flags.length === own.length) ? "UNKNOWN" : "OK";
  return {
    links: [renderInstanceLink(toInstanceUrl(instanceUrl, labels), text)],
    flags,
    states: columns.map((column) => (states.get(column) as FleetState | undefined) ?? rest),
  };
}

export function toProblem(problem: FleetInstance["problem"]): string {
  return problem === "down" ? "not scraped" : problem;
}

function renderLines(lines: readonly Line[]): Markup {
  const { flags = [], states = [] } = lines[0] ?? {};
  const links = lines.flatMap((line) => line.links);
  const list = links.map((link, index) => html`${index > 0 && ", "}${link}`);
  return html`<tr><th scope="row">${
    links.length > 1 ? html`<details><summary>${links.length} instances</summary>${list}</details>` : list
  }${flags.map((flag) => html` <span class="flag">${flag}</span>`)}</th>${states.map(
    (state) => html`<td>${renderState(state)}</td>`,
  )}</tr>`;
}

/** `40 RED, 1,960 OK, 38 of the RED ones with zone b` */
function toCaption({ states, handlers }: ServiceDetail, listed: number): string {
  const counts = STATES.toReversed().filter((state) => states[state] > 0);
  const shared = handlers.find(({ instances }) => instances.RED === states.RED)?.shared;
  return [
    ...counts.map((state) => `${states[state].toLocaleString("en")} ${state}`),
    ...(shared
      ? [`${shared.red.toLocaleString("en")} of the RED ones with ${shared.label} ${shared.value}`]
      : []),
    ...(listed >= MAX_LISTED_INSTANCES ? [`${listed} of them listed`] : []),
  ].join(", ");
}
