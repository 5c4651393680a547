import { STATES } from "../../core/state.ts";
import type { Turn } from "../../http/page/axis-turns.ts";
import { html, type Markup } from "../../http/page/markup.ts";
import { renderAxis } from "../../http/page/render-axis.ts";
import { cut, toLine } from "../../http/page/shown-text.ts";
import { renderState } from "../../http/page/state-markup.ts";
import { renderFor, renderMoment } from "../../http/page/time-markup.ts";
import { groupBy } from "../../util/group-by.ts";
import {
  describeInstances,
  describeService,
  describeVersions,
  type Effects,
  findEffects,
} from "../describe.ts";
import type { FleetHandler, FleetInstance, ServiceDetail, SharedLabel } from "../read/service-detail.ts";
import { type FleetService, type FleetState, isEffect, toKey } from "../read/view.ts";
import { toInstanceUrl } from "./instance-url.ts";
import { renderInstanceLink } from "./render-instance.ts";
import { renderMatrix, toProblem } from "./render-matrix.ts";
import { type FleetScene, isWanted, type Row, toMark, toQuery } from "./scene.ts";

/** Maximum length of a name or a detail in a row. */
const MAX_LENGTH = 300;

/** The rows of the list: services, each with the services that it makes RED, or the handlers of one service. */
export function renderRows(scene: FleetScene): readonly Row[] {
  const { services } = scene.view;
  if (scene.choice.service !== undefined)
    return services.flatMap((service) =>
      "handlers" in service ? [...renderHandlers(service, scene), ...renderInstances(service, scene)] : [],
    );
  const effects = findEffects(services);
  const shown = new Set(services.map((service) => toKey(service)));
  return services
    .filter((service) => !isEffect(service) || !shown.has(toKey(service, service.root)))
    .map((service) => renderGroup(service, effects, scene));
}

function renderGroup(service: FleetService, effects: Effects, scene: FleetScene): Row {
  const folded = effects.of(service).map((each) => renderService(each, effects, scene));
  const fold = folded.length > 0 && renderFold(`${folded.length} RED because of this`, folded, scene);
  const own = renderService(service, effects, scene, fold);
  const isHidden = own.isHidden && folded.every((row) => row.isHidden);
  return isHidden === own.isHidden ? own : renderService(service, effects, scene, fold, false);
}

function renderFold(title: string, rows: readonly Row[], { choice }: FleetScene): Markup {
  const isOpen = (choice.text !== "" || choice.states.length > 0) && rows.some(({ isHidden }) => !isHidden);
  return html`<details class="fold"${isOpen && html` open`}><summary>${title}</summary><ul>${rows.map(({ markup }) => markup)}</ul></details>`;
}

function renderService(
  service: FleetService,
  effects: Effects,
  scene: FleetScene,
  fold: Markup | false = false,
  hidden?: boolean,
): Row {
  const { name, where, instances, versions, state, since, root } = service;
  const { targets } = instances;
  const key = toKey(service);
  return renderRow(scene, {
    key,
    state,
    name,
    flags: Object.values(where),
    detail: describeService(service, effects).join("; "),
    since,
    count: targets,
    turns: scene.turns.get(key),
    more: html`<p><a href="${toQuery({ ...scene.choice, service: name })}">Handlers and instances of <bdi>${cut(toLine(name), MAX_LENGTH)}</bdi></a></p>
    <dl class="facts">
      ${renderFact("Instances", describeInstances(service))}
      ${versions.length > 0 && renderFact(versions.length > 1 ? "Versions" : "Version", describeVersions(service))}
      ${root !== undefined && renderFact("Root", root)}
    </dl>`,
    fold,
    hidden,
  });
}

function renderHandlers(service: ServiceDetail, scene: FleetScene): readonly Row[] {
  const place = toKey(service);
  return service.handlers.map((handler) =>
    renderRow(scene, {
      key: `${place} ${handler.name}`,
      state: handler.state,
      name: handler.name,
      flags: [...Object.values(service.where), ...(handler.critical ? [] : ["not critical"])],
      detail: describeHandler(handler),
      since: handler.state === "RED" ? handler.since : undefined,
      count: STATES.reduce((sum, state) => sum + handler.instances[state], 0),
      turns: scene.turns.get(`${place} ${handler.name}`),
      more: html`<dl class="facts">${handler.root !== undefined && renderFact("Root", handler.root)}</dl>`,
    }),
  );
}

/** The instances that are not OK, in one row, as a table and as a list. */
function renderInstances(service: ServiceDetail, scene: FleetScene): readonly Row[] {
  const byName = groupBy(service.problems, ({ name }) => name);
  if (byName.size === 0) return [];
  const rows = [...byName].map(([name, problems]) => renderInstance(name, problems, scene));
  const key = `${toKey(service)} instances`;
  const isHidden = rows.every((row) => row.isHidden);
  const fold = renderFold(`${rows.length} instances that are not OK`, rows, scene);
  const markup = html`<li class="row" data-key="row:${key}" data-state="UNKNOWN"${isHidden && html` hidden`}>${renderMatrix(service, scene.instanceUrl)}${fold}</li>`;
  return [{ key: `row:${key}`, markup, isHidden }];
}

function renderInstance(name: string, problems: readonly FleetInstance[], scene: FleetScene): Row {
  const isRed = problems.some(({ problem }) => problem === "RED");
  const state = isRed ? "RED" : "YELLOW";
  const key = `row:instance ${name}`;
  const detail = cut(
    toLine(problems.map(({ problem, handler }) => handler ?? toProblem(problem)).join(", ")),
    MAX_LENGTH,
  );
  const url = toInstanceUrl(scene.instanceUrl, problems[0]?.labels ?? {});
  const isHidden = !isWanted(scene, state, `${name} ${detail}`);
  const shown = cut(toLine(name), MAX_LENGTH);
  const markup = html`<li class="row ${state}" data-key="${key}" data-state="${state}"${isHidden && html` hidden`}>
    <div class="summary">${renderState(state)}<span class="name"><bdi>${renderInstanceLink(url, shown)}</bdi>${toDetailsLink(name, scene)} <span class="detail" dir="auto">${detail}</span></span></div>
  </li>`;
  return { key, markup, isHidden };
}

/** A link to the details of an instance, if readers can open it. */
function toDetailsLink(instance: string, { hasDetails, choice }: FleetScene): Markup | false {
  return hasDetails && html` <a href="${toQuery({ ...choice, instance })}">Details</a>`;
}

function describeShared({ label, value, red, instances, total }: SharedLabel, all: number): string {
  const who = red === all ? `all of them have ${label}` : `${red.toLocaleString("en")} of them have ${label}`;
  return `${who} ${value}, as ${instances.toLocaleString("en")} of ${total.toLocaleString("en")} instances do`;
}

function describeHandler({ instances, root, shared }: FleetHandler): string {
  const counts = STATES.toReversed().filter((state) => instances[state] > 0);
  return [
    counts.map((state) => `${instances[state].toLocaleString("en")} ${state}`).join(", "),
    ...(shared === undefined ? [] : [describeShared(shared, instances.RED)]),
    ...(root === undefined ? [] : [`root: ${root}`]),
  ].join("; ");
}

interface RowParts {
  readonly key: string;
  readonly state: FleetState;
  readonly name: string;
  readonly flags: readonly string[];
  readonly detail: string;
  readonly since: Date | undefined;
  /** Number of instances. */
  readonly count: number;
  readonly turns: readonly Turn[] | undefined;
  readonly more: Markup;
  readonly fold?: Markup | false;
  /** Default: as the filter decides. */
  readonly hidden?: boolean | undefined;
}

function renderRow(scene: FleetScene, parts: RowParts): Row {
  const { key, state, name, flags, since, count, turns = [], more, fold = false } = parts;
  const { now, view, choice } = scene;
  const until = choice.at?.getTime() ?? Number.POSITIVE_INFINITY;
  const past = turns.filter(({ at }) => at <= until);
  const [shownName, detail] = [name, parts.detail].map((text) => cut(toLine(text), MAX_LENGTH));
  const isHidden = parts.hidden ?? !isWanted(scene, state, `${shownName} ${detail}`);
  const markup = html`<li class="row ${state}${view.isStale ? " stale" : ""}" data-key="row:${key}" data-state="${state}"${isHidden && html` hidden`}>
    <details>
      <summary class="summary">
        ${renderState(state)}
        <span class="name"><bdi>${shownName}</bdi>${flags.map((flag) => html` <span class="flag" dir="auto">${cut(toLine(flag), MAX_LENGTH)}</span>`)}</span>
        <span class="detail" dir="auto">${detail}</span>
        ${renderAxis(toPresent(past, state, since ?? view.at), { now, span: choice.span })}
        <span class="since">${since && renderFor(since, now)}</span>
        <span class="took" title="Instances">${count.toLocaleString("en")}</span>
      </summary>
      <div class="more">${more}${since && html`<dl class="facts"><div><dt>${state}</dt><dd>since ${renderMoment(since)}</dd></div></dl>`}</div>
    </details>${fold}
  </li>`;
  return { key: `row:${key}`, markup, isHidden };
}

/** The turns up to the present state, which is newer than the last point of the axis. */
function toPresent(turns: readonly Turn[], state: FleetState, since: Date): readonly Turn[] {
  const { at, mark } = turns.at(-1) ?? {};
  const now = toMark(state);
  return mark === now ? turns : [...turns, { at: Math.max(since.getTime(), at ?? 0), mark: now }];
}

function renderFact(term: string, text: string): Markup {
  return html`<div><dt>${term}</dt><dd dir="auto">${cut(toLine(text), MAX_LENGTH)}</dd></div>`;
}
