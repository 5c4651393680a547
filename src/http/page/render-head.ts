import { MAX_REASON_LENGTH, toProbeState } from "../../core/probe-setting.ts";
import { type Entry, toEffectiveState } from "../../core/report.ts";
import { getProbeSeams, type Identity } from "../../core/seams.ts";
import { OK, STATE_NUMBERS, STATES, type State } from "../../core/state.ts";
import type { EntryGroup } from "./group-entries.ts";
import { html, type Markup } from "./markup.ts";
import { toRowDetail } from "./match-filter.ts";
import type { PageScene, ServiceLink } from "./page-model.ts";
import { renderSince } from "./render-since.ts";
import { renderRunbook, toAnchor } from "./render-tasks.ts";
import { cut } from "./shown-text.ts";
import { renderIcon, renderState, toFavicon } from "./state-markup.ts";
import { renderAge, renderFor, renderLeft, renderMoment } from "./time-markup.ts";

/** The key of the part with the overall state. */
export const HEAD_KEY = "head";

/** Maximum number of handlers of one kind that the first sentence names. */
export const MAX_NAMED_HANDLERS = 3;

/** Maximum length of the detail in the first sentence. */
export const MAX_HEADLINE_DETAIL_LENGTH = 100;

/** Renders the overall state of the groups of a page at a glance. */
export function renderHead(scene: PageScene, groups: readonly EntryGroup[]): Markup {
  const { service } = scene.source;
  const { report, view } = scene;
  const { version, links = [], runbook } = view.details ? service : {};
  const shown = [...(runbook === undefined ? [] : [{ title: "Runbook", url: runbook }]), ...links];
  const identity = toShownIdentity(scene);
  return html`<header class="head ${report.state}"${identity && html` data-instance="${identity.instance}"`} data-key="${HEAD_KEY}" data-title="${toTitle(scene)}" data-icon="${toFavicon(report.state)}">
    <div class="service">
      <h1><bdi>${service.name ?? "Service status"}</bdi>${version !== undefined && html` <small><bdi>${version}</bdi></small>`}</h1>
      ${identity && html`<p class="instance"><bdi>${identity.instance}</bdi><span class="started">, started ${renderAge(identity.startedAt, scene.now, " ago")}</span></p>`}
      ${shown.length > 0 && html`<nav aria-label="Links"><ul class="links">${shown.map(renderLink)}</ul></nav>`}
    </div>
    <p class="overall">${renderState(report.state)} <span class="sentence">${renderSentence(scene, groups)}</span></p>
    <p class="counts">${STATES.toReversed().map((state) => renderCount(scene, state))}</p>
    ${renderProbe(scene)}
    ${view.controls && renderControls(scene)}
  </header>`;
}

export function toTitle(scene: PageScene): string {
  const { report, source } = scene;
  const { name = "service status" } = source.service;
  const { instance } = toShownIdentity(scene) ?? {};
  const state = toProbeState(getProbeSeams(source.probe).getSetting());
  const off = state === "in-service" ? "" : `, ${state}`;
  return `${report.state}${off}: ${name}${instance === undefined ? "" : ` (${instance})`}`;
}

/** Users who may act on the instance know its name, even if details are hidden from them. */
function toShownIdentity({ source, view }: PageScene): Identity | undefined {
  return view.details || view.seesWho ? source.getIdentity() : undefined;
}

function renderLink({ title, url }: ServiceLink): Markup {
  return html`<li><a href="${url}" rel="noreferrer">${title}</a></li>`;
}

/** The worst cause of the overall state: its start, its reason, and the handlers that are RED with it. */
function renderSentence(scene: PageScene, groups: readonly EntryGroup[]): Markup {
  const { report, view } = scene;
  const { entries, state } = report;
  if (entries.length === 0) return html`No handlers are registered.`;
  if (state === OK)
    return entries.length === 1 ? html`The one handler is OK.` : html`All ${entries.length} handlers are OK.`;
  const [first, ...others] = findCauses(groups, scene);
  if (first === undefined) return html``;
  const { entry, dependants } = first;
  const also =
    others.length > 0 && html` Also ${renderList(others, (other) => renderOther(other, entry, scene))}.`;
  if (!view.details) return html`<bdi>${entry.name}</bdi>.${also}`;
  return html`${renderSince(entry, scene)}: <a href="#${toAnchor(entry.name)}"><b><bdi>${entry.name}</bdi></b></a>${renderReason(entry)}${
    entry.runbook !== undefined && html` ${renderRunbook(entry.runbook)}.`
  }${dependants.length > 0 && html` ${dependants.length} more with it: ${renderList(dependants, renderName)}.`}${also}`;
}

/** Another cause, with the number of handlers that are RED with it. The time of the first cause hides that of an older one. */
function renderOther({ entry, dependants }: EntryGroup, first: Entry, scene: PageScene): Markup {
  const isOlder = scene.view.details && entry.since < first.since;
  return html`${renderName(entry)}${isOlder && html` ${renderSince(entry, scene)}`}${
    dependants.length > 0 && ` (${dependants.length} more with it)`
  }`;
}

/**
 * The groups with a handler that has the overall state. Others do not explain it. The first explains the most
 * handlers; of equal ones, it is the oldest.
 */
function findCauses(groups: readonly EntryGroup[], { report, view }: PageScene): readonly EntryGroup[] {
  const isCause = (entry: Entry): boolean => toEffectiveState(entry) === report.state;
  const causes: EntryGroup[] = [];
  for (const group of groups) {
    const { entry, dependants } = group;
    // The worst come first, and no handler is RED because of one that is not.
    if (STATE_NUMBERS[entry.status.state] < STATE_NUMBERS[report.state]) break;
    if (isCause(entry) || dependants.some(isCause)) causes.push(group);
  }
  if (!view.details) return causes;
  return causes.sort(
    (one, other) =>
      other.dependants.length - one.dependants.length ||
      one.entry.since.getTime() - other.entry.since.getTime(),
  );
}

/** A dash and the detail, as a sentence. */
function renderReason(entry: Entry): Markup {
  const detail = cut(toRowDetail(entry), MAX_HEADLINE_DETAIL_LENGTH);
  const end = /[.!?…]$/.test(detail) ? "" : ".";
  return detail === "" ? html`.` : html` — <bdi>${detail}</bdi>${end}`;
}

function renderName({ name }: Entry): Markup {
  return html`<bdi>${name}</bdi>`;
}

function renderList<Item>(items: readonly Item[], render: (item: Item) => Markup): Markup {
  const named = items.slice(0, MAX_NAMED_HANDLERS);
  const rest = items.length - named.length;
  return html`${named.map((item, index) => html`${index > 0 && ", "}${render(item)}`)}${
    rest > 0 && ` and ${rest} more`
  }`;
}

function renderCount({ report }: PageScene, state: State): Markup {
  let count = 0;
  for (const { status } of report.entries) if (status.state === state) count += 1;
  return html`<span class="count ${state}" data-count="${state}"><b>${count}</b> ${state}</span> `;
}

/** Shows whether the instance is in service, and if not: why, who did it, and until when. */
function renderProbe(scene: PageScene): Markup {
  const { body, reason, until, by, draining } = getProbeSeams(scene.source.probe).getSetting();
  const { since } = scene.source.probe;
  if (draining !== undefined && body !== "OK")
    return html`<p class="probe off">${renderIcon("YELLOW")}<strong>Draining</strong> (${draining.reason}), at most ${renderLeft(new Date(draining.deadlineAt), scene.now)} left</p>`;
  const held = renderFor(since, scene.now);
  if (body === "OK") return html`<p class="probe">In service ${held}</p>`;
  const { details, seesWho } = scene.view;
  return html`<p class="probe off">${renderIcon("YELLOW")}<strong>Decommissioned</strong> “<bdi>${body}</bdi>” ${held}${
    details && reason !== undefined && html`: <bdi>${reason}</bdi>`
  }${seesWho && by !== undefined && html`, by <bdi>${by}</bdi>`}${
    details && until !== undefined && html`, until ${renderMoment(new Date(until))}`
  }</p>`;
}

/** The controls need the script: without a referrer, a plain form would look like a cross-site request. */
function renderControls({ source }: PageScene): Markup | false {
  const { commissioned, state } = source.probe;
  if (state === "draining") return false;
  const { instance } = source.getIdentity();
  const verb = commissioned ? "Decommission" : "Commission";
  const consequence = commissioned
    ? "Load balancers will stop sending requests to this instance."
    : "Load balancers will send requests to this instance again.";
  return html`<details class="control scripted">
    <summary>${verb}…</summary>
    <form method="post" action="${toRelativeUrl(source.path, source.controlPath ?? source.path)}?body=${commissioned ? "OFF" : "OK"}" data-control="${instance}">
      <p>${consequence}</p>
      ${commissioned && html`<p><label>Reason <input name="reason" maxlength="${MAX_REASON_LENGTH}" autocomplete="off"></label></p>`}
      <button>${verb} <bdi>${instance}</bdi> now</button> <button type="button" data-cancel>Cancel</button>
    </form>
  </details>`;
}

/** A URL from one path to another that is independent of any prefix before both. */
export function toRelativeUrl(from: string, to: string): string {
  const up = "../".repeat(from.split("/").length - 2);
  return (up || "./") + encodeURI(to.slice(1));
}
