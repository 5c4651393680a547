import type { Entry, Report } from "../../core/report.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import type { EntryGroup } from "./group-entries.ts";
import { html, LINES, type Markup } from "./markup.ts";
import { isGroupWanted, isWanted, toRowDetail } from "./match-filter.ts";
import type { PageScene } from "./page-model.ts";
import { joinTurns } from "./past-turns.ts";
import { renderAxis, toAxisView } from "./render-axis.ts";
import { renderProperties } from "./render-properties.ts";
import { renderSince } from "./render-since.ts";
import { renderTasks, toAnchor } from "./render-tasks.ts";
import { renderState } from "./state-markup.ts";
import { renderMoment } from "./time-markup.ts";
import { toRunTimeText } from "./time-text.ts";

/**
 * If a result is this much older than the report, the row shows its age: the report did not run the handler.
 */
export const NOTABLY_OLDER_MS = 60_000;

/** The prefix of a handler's key; the name follows. */
export const ROW_KEY = "handler:";

/** Renders a handler, and folded under it the handlers that are RED because of it. */
export function renderRow(group: EntryGroup, scene: PageScene): Markup {
  const { entry, dependants, unlisted = 0 } = group;
  return renderItem(
    entry,
    scene,
    !isGroupWanted(group, scene),
    dependants.length + unlisted > 0 && renderFold(group, scene),
  );
}

/** The fold is open if it contains a match of the filter. */
function renderFold({ dependants, unlisted = 0 }: EntryGroup, scene: PageScene): Markup {
  const found = new Set(dependants.filter((dependant) => isWanted(dependant, scene)));
  const isOpen = scene.filter !== undefined && found.size > 0;
  const count = dependants.length + unlisted;
  const handlers = count === 1 ? "1 handler is" : `${count} handlers are`;
  const items = dependants.map((dependant) => renderItem(dependant, scene, !found.has(dependant), false));
  return html`<details class="fold"${isOpen && html` open`}>
    <summary>${handlers} RED because of this</summary>
    <ul>${items}</ul>
  </details>`;
}

function renderItem(entry: Entry, scene: PageScene, isHidden: boolean, folded: Markup | false): Markup {
  const { name, status } = entry;
  const { details } = scene.view;
  const content = details ? renderDetails(entry, scene) : renderSummary(entry);
  // The anchor of an opened row is inside the details, because browsers then open them without a script.
  const anchor = !details && html` id="${toAnchor(name)}" tabindex="-1"`;
  return html`<li class="row ${status.state}"${anchor} data-key="${ROW_KEY}${name}" data-state="${status.state}"${
    isHidden && html` hidden`
  }>${content}${folded}</li>`;
}

function renderSummary({ name, status }: Entry): Markup {
  return html`<div class="summary">${renderState(status.state)}<span class="name"><bdi>${renderName(name)}</bdi></span></div>`;
}

function renderDetails(entry: Entry, scene: PageScene): Markup {
  const { name, status } = entry;
  const { turns, lines } = scene.changes.render(entry);
  return html`<details>
    <summary class="summary">
      ${renderState(status.state)}
      <span class="name"><bdi>${renderName(name)}</bdi>${renderFlags(entry, scene)}</span>
      <span class="detail" dir="auto">${toRowDetail(entry)}</span>
      ${renderAxis(joinTurns(scene.past, name, turns), toAxisView(scene))}
      <span class="since">${renderSince(entry, scene)}</span>
      ${renderTook(entry)}
    </summary>
    <div class="more" id="${toAnchor(name)}" tabindex="-1">
      ${renderTasks(entry, scene.view)}
      ${renderFacts(entry, scene)}
      <h3>Reported</h3>
      ${renderProperties(status)}
      <h3>Recent changes</h3>
      ${renderChanges(lines, scene)}
    </div>
  </details>`;
}

/** `data-count` is the number of lines after an update, whose lines are all new. */
function renderChanges(lines: readonly Markup[], { isLive }: PageScene): Markup {
  return lines.length === 0
    ? html`<p>No changes are recorded.</p>`
    : html`<ol class="changes" tabindex="0" aria-label="Changes, the newest first" data-count="${lines.length}">${isLive ? LINES : lines}</ol>`;
}

/** A name that may break between its words, but not inside a word. */
function renderName(name: string): Markup {
  const words = name.split(/(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=[._/:-])(?=\w)/u);
  return html`${words.map((word, index) => html`${index > 0 && html`<wbr>`}${word}`)}`;
}

/** For a handler that hangs, the row shows how long it has been running. */
function renderTook({ reason, durationMs }: Entry): Markup {
  return reason === "hung"
    ? html`<span class="took" title="Time without an answer">${toElapsedText(durationMs)}</span>`
    : html`<span class="took" title="Duration of the last run">${toRunTimeText(durationMs)}</span>`;
}

function renderFlags({ name, critical, scope }: Entry, { held }: PageScene): Markup {
  return html`${!critical && html` <span class="flag">not critical</span>`}${
    scope !== "shared" && html` <span class="flag">${scope}</span>`
  }${held?.has(name) && html` <span class="flag">held</span>`}`;
}

function renderFacts(entry: Entry, scene: PageScene): Markup {
  const { critical, scope, since, reason, dependsOn, status, rawStatus } = entry;
  const checkedAt = toOldMoment(entry, scene.report);
  return html`<dl class="facts">
    ${renderFact(status.state, html`since ${renderMoment(since)}`)}
    ${renderFact("Last run", renderRun(entry))}
    ${checkedAt && renderFact("Checked", renderMoment(checkedAt))}
    ${reason !== undefined && renderFact("Reason", html`${reason}`)}
    ${rawStatus.state !== status.state && renderFact("Last result", html`${rawStatus.state}`)}
    ${renderFact("Critical", critical ? html`yes` : html`no, its RED counts as YELLOW`)}
    ${renderFact("Scope", html`${scope}`)}
    ${scene.held?.has(entry.name) && renderFact("Held", html`readiness does not count its RED`)}
    ${dependsOn.length > 0 && renderFact("Depends on", renderNames(dependsOn))}
  </dl>`;
}

/** When an entry was checked, if that was notably before the report. */
export function toOldMoment({ checkedAt }: Entry, { at }: Report): Date | undefined {
  return at.getTime() - checkedAt.getTime() >= NOTABLY_OLDER_MS ? checkedAt : undefined;
}

function renderRun({ reason, durationMs }: Entry): Markup {
  return reason === "hung"
    ? html`no answer for ${toElapsedText(durationMs)}`
    : html`took ${toRunTimeText(durationMs)}`;
}

function renderFact(term: string, description: Markup): Markup {
  return html`<div><dt>${term}</dt><dd>${description}</dd></div>`;
}

function renderNames(names: readonly string[]): Markup {
  return html`${names.map((name, index) => html`${index > 0 && ", "}<bdi>${name}</bdi>`)}`;
}
