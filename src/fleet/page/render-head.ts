import type { State } from "../../core/state.ts";
import { html, type Markup } from "../../http/page/markup.ts";
import { HEAD_KEY, toRelativeUrl } from "../../http/page/render-head.ts";
import { cut, toLine } from "../../http/page/shown-text.ts";
import { renderIcon, renderState, toFavicon } from "../../http/page/state-markup.ts";
import { renderAge, renderFor, renderMoment } from "../../http/page/time-markup.ts";
import {
  countServices,
  describeAbsent,
  describeInstances,
  type Effects,
  findEffects,
  RAW,
  toTitle as toServiceTitle,
} from "../describe.ts";
import { type FleetService, type FleetState, isEffect } from "../read/view.ts";
import { renderReportHead } from "./render-instance.ts";
import { type FleetScene, toMark, toQuery } from "./scene.ts";

/** Maximum number of causes in the first sentence. */
const MAX_CAUSES = 3;

const MAX_LENGTH = 400;

const COUNTED: readonly FleetState[] = ["RED", "UNKNOWN", "YELLOW", "OK"];

export function toTitle({ name, choice, view }: FleetScene): string {
  return `${view.state}: ${choice.service ?? name}`;
}

/** The overall state at a glance, how old it is, and what is missing. */
export function renderHead(scene: FleetScene): Markup {
  const { name, choice, view, path } = scene;
  const { state, services } = view;
  const all = html`<a href="${toRelativeUrl(path, path)}${toQuery(choice.at ? { at: choice.at } : {})}">All services</a>`;
  return html`<header class="head ${state}" data-key="${HEAD_KEY}" data-title="${toTitle(scene)}" data-icon="${toFavicon(toMark(state))}">
    <div class="service">
      <h1><bdi>${toLine(choice.service ?? name)}</bdi>${choice.at && html` <small>at ${renderMoment(choice.at)}</small>`}</h1>
      ${choice.service !== undefined && html`<p class="instance">${all}</p>`}
    </div>
    <p class="overall">${renderState(state)} <span class="sentence">${renderSentence(scene, findEffects(services))}</span></p>
    ${choice.service === undefined && html`<p class="counts">${COUNTED.map((each) => renderCount(view, each))}</p>`}
    ${renderAges(scene)}${renderReportHead(scene)}
    ${problemsOf(scene).map((problem) => html`<p class="probe off">${renderIcon("YELLOW")}${cut(toLine(problem), MAX_LENGTH)}</p>`)}
  </header>`;
}

function problemsOf({ view, axesProblem }: FleetScene): readonly string[] {
  const axes = axesProblem === undefined || view.isStale ? [] : [`The axes are incomplete: ${axesProblem}`];
  return [...view.problems, ...(view.isRaw ? [`This is ${RAW}.`] : []), ...describeAbsent(view), ...axes];
}

function renderSentence({ view, now, choice }: FleetScene, effects: Effects): Markup {
  const { state, services, isStale, at } = view;
  if (isStale) return html`Prometheus does not answer. Its last answer is ${renderAge(at, now, " old")}.`;
  if (services.length === 0) return html`Nothing is known.`;
  const [first, ...others] = services;
  if (choice.service !== undefined && first !== undefined && others.length === 0)
    return html`${describeInstances(first)}. ${first.state === "RED" && renderCause(first, effects, now)}`;
  if (state !== "RED") return html`${countServices(view)}.`;
  const causes = services.filter((service) => service.state === state && !isEffect(service));
  const shown = causes.slice(0, MAX_CAUSES);
  return html`${shown.map((service, index) => html`${index > 0 && " "}${renderCause(service, effects, now)}`)}${
    causes.length > shown.length && html` And ${causes.length - shown.length} more.`
  }`;
}

function renderCause(service: FleetService, effects: Effects, now: number | undefined): Markup {
  const { since, causes, isUnavailable } = service;
  const why = isUnavailable ? "nobody in service" : causes.slice(0, MAX_CAUSES).join(", ");
  const { length } = effects.of(service);
  return html`<b><bdi>${cut(toLine(toServiceTitle(service)), MAX_LENGTH)}</bdi></b>${why !== "" && html` — <bdi>${cut(toLine(why), MAX_LENGTH)}</bdi>`}${
    since && html`, ${renderFor(since, now)}`
  }${length > 0 && html`, ${length} more with it`}.`;
}

function renderCount({ services }: FleetScene["view"], state: FleetState): Markup {
  const count = services.filter((service) => service.state === state).length;
  if (count === 0 && state === "UNKNOWN") return html``;
  return html`<span class="count ${state}" data-count="${state satisfies State | "UNKNOWN"}"><b>${count}</b> ${state}</span> `;
}

function renderAges({ view, now }: FleetScene): Markup | false {
  const { evaluatedAt } = view;
  return (
    evaluatedAt !== undefined &&
    html`<p class="probe">Rules evaluated ${renderAge(evaluatedAt, now, " ago")}</p>`
  );
}
