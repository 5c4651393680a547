import type { Entry } from "../../core/report.ts";
import { toStatusJson } from "../../core/status-json.ts";
import type { EntryGroup } from "./group-entries.ts";
import { toText } from "./markup.ts";
import type { PagePart, PageScene } from "./page-model.ts";
import type { RenderedChanges } from "./render-changes.ts";
import { ROW_KEY, renderRow, toOldMoment } from "./render-row.ts";
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
    const { entry, dependants, unlisted } = group;
    const before = known.get(entry.name);
    if (before && isShown(before, group, scene)) return before.part;
    const shown = [entry, ...dependants].map((each) => toShown(each, scene));
    const part = toPart(group, scene);
    known.set(entry.name, { shown, unlisted, part });
    return part;
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
  /** The handler, and the handlers folded under it. */
  readonly shown: readonly Shown[];
  readonly unlisted: number | undefined;
  readonly part: PagePart;
}

/** Everything that a row shows of a handler. */
interface Shown {
  readonly entry: Entry;
  readonly changes: RenderedChanges | undefined;
  readonly isHeld: boolean;
  readonly checkedAt: number | undefined;
}

function toShown(entry: Entry, { view, changes, held, report }: PageScene): Shown {
  return {
    entry,
    changes: view.details ? changes.render(entry) : undefined,
    isHeld: held?.has(entry.name) === true,
    checkedAt: toOldMoment(entry, report)?.getTime(),
  };
}

/** Whether a row shows a group. */
function isShown(before: KnownRow, { entry, dependants, unlisted }: EntryGroup, scene: PageScene): boolean {
  const { shown } = before;
  return (
    shown.length === 1 + dependants.length &&
    before.unlisted === unlisted &&
    shown.every((each, at) => {
      const present = at === 0 ? entry : dependants[at - 1];
      return present !== undefined && isSame(each, present, scene);
    })
  );
}

function isSame(before: Shown, entry: Entry, scene: PageScene): boolean {
  const { view, changes, held, report } = scene;
  return (
    before.isHeld === (held?.has(entry.name) === true) &&
    before.checkedAt === toOldMoment(entry, report)?.getTime() &&
    (before.entry === entry ||
      (isSameEntry(before.entry, entry) && (!view.details || before.changes === changes.render(entry))))
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
