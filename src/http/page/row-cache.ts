import type { Entry } from "../../core/report.ts";
import { toStatusJson } from "../../core/status-json.ts";
import { reusePart } from "./delta.ts";
import type { EntryGroup } from "./group-entries.ts";
import { toText } from "./markup.ts";
import type { PagePart, PageScene } from "./page-model.ts";
import type { RenderedChanges } from "./render-changes.ts";
import { NOTABLY_OLDER_MS, ROW_KEY, renderRow, toOldMoment } from "./render-row.ts";
import { toRunTimeText } from "./time-text.ts";

/** Keeps the rows of a page with one view, until the recorded past is read again. */
export interface RowCache {
  /** Renders the rows that changed, and returns the others as they are. Forgets the rows of other handlers. */
  render(groups: readonly EntryGroup[], scene: PageScene): readonly PagePart[];
}

export function createRowCache(): RowCache {
  const known = new Map<string, KnownRow>();
  let past: PageScene["past"];

  function render(group: EntryGroup, scene: PageScene): PagePart {
    const { name } = group.entry;
    const before = known.get(name);
    if (before && isUntouched(before, group, scene)) return before.part;
    const row = toRow(group, scene, before);
    known.set(name, row);
    return row.part;
  }

  function forgetOthers(groups: readonly EntryGroup[]): void {
    const names = new Set(groups.map(({ entry }) => entry.name));
    for (const name of known.keys()) if (!names.has(name)) known.delete(name);
  }

  return {
    render(groups, scene) {
      if (scene.past !== past) known.clear();
      past = scene.past;
      const parts = groups.map((group) => render(group, scene));
      if (known.size > groups.length) forgetOthers(groups);
      return parts;
    },
  };
}

function toPart(group: EntryGroup, scene: PageScene): PagePart {
  const { entry, dependants } = group;
  const { view, changes } = scene;
  const listed = view.details ? [entry, ...dependants] : [];
  return {
    key: ROW_KEY + entry.name,
    html: toText(renderRow(group, { ...scene, isLive: true })),
    logs: listed.map((each) => changes.render(each).lines).filter(({ length }) => length > 0),
  };
}

interface KnownRow {
  readonly group: EntryGroup;
  /** The handler, and the handlers folded under it. */
  readonly shown: readonly Shown[];
  readonly unlisted: number | undefined;
  /** When the row has to show that a result is old, if no handler runs again. */
  readonly oldAt: number;
  readonly part: PagePart;
}

/** Everything that a row shows of a handler. */
interface Shown {
  readonly entry: Entry;
  readonly changes: RenderedChanges | undefined;
  readonly isHeld: boolean;
  readonly checkedAt: number | undefined;
}

/** Whether a row has the same entries as before: of 500 rows, most. */
function isUntouched(before: KnownRow, group: EntryGroup, { held, report }: PageScene): boolean {
  return (
    report.at.getTime() < before.oldAt &&
    (before.group === group || hasSameEntries(before, group)) &&
    before.shown.every(({ entry, isHeld }) => isHeld === (held?.has(entry.name) === true))
  );
}

function hasSameEntries({ shown, unlisted }: KnownRow, group: EntryGroup): boolean {
  const { entry, dependants } = group;
  return (
    shown.length === 1 + dependants.length &&
    unlisted === group.unlisted &&
    shown.every((before, at) => before.entry === (at === 0 ? entry : dependants[at - 1]))
  );
}

/** Renders a row, unless it shows the same as before. */
function toRow(group: EntryGroup, scene: PageScene, before: KnownRow | undefined): KnownRow {
  const { entry, dependants, unlisted } = group;
  const shown = [entry, ...dependants].map((each) => toShown(each, scene));
  const isSameRow =
    before !== undefined &&
    before.unlisted === unlisted &&
    before.shown.length === shown.length &&
    shown.every((each, at) => isSame(each, before.shown[at]));
  return {
    group,
    shown,
    unlisted,
    oldAt: Math.min(...shown.map(toOldAt)),
    part: isSameRow ? before.part : reusePart(before?.part, toPart(group, scene)),
  };
}

function toShown(entry: Entry, { view, changes, held, report }: PageScene): Shown {
  return {
    entry,
    changes: view.details ? changes.render(entry) : undefined,
    isHeld: held?.has(entry.name) === true,
    checkedAt: toOldMoment(entry, report)?.getTime(),
  };
}

function toOldAt({ entry, checkedAt }: Shown): number {
  return checkedAt === undefined ? entry.checkedAt.getTime() + NOTABLY_OLDER_MS : Number.POSITIVE_INFINITY;
}

function isSame(one: Shown, other: Shown | undefined): boolean {
  return (
    other !== undefined &&
    one.isHeld === other.isHeld &&
    one.checkedAt === other.checkedAt &&
    one.changes === other.changes &&
    isSameEntry(one.entry, other.entry)
  );
}

/** Each run creates an entry. Most entries show the same as the last one. */
function isSameEntry(one: Entry, other: Entry): boolean {
  return (
    one.name === other.name &&
    toStatusJson(one.status) === toStatusJson(other.status) &&
    one.rawStatus.state === other.rawStatus.state &&
    one.since.getTime() === other.since.getTime() &&
    one.reason === other.reason &&
    one.critical === other.critical &&
    one.scope === other.scope &&
    one.dependsOn === other.dependsOn &&
    one.runbook === other.runbook &&
    one.description === other.description &&
    (one.reason === "hung"
      ? one.durationMs === other.durationMs
      : toRunTimeText(one.durationMs) === toRunTimeText(other.durationMs))
  );
}
