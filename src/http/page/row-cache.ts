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
  let known: ReadonlyMap<string, KnownRow> = new Map();
  let past: PageScene["past"];

  function render(group: EntryGroup, scene: PageScene): KnownRow {
    const { name } = group.entry;
    const before = known.get(name);
    const entries = [group.entry, ...group.dependants];
    const shown = entries.map((entry, at) => toShown(entry, scene, before?.shown[at]));
    const isSame =
      shown.length === before?.shown.length && shown.every((each, at) => each === before.shown[at]);
    return isSame ? before : { shown, part: { key: ROW_KEY + name, html: toText(renderRow(group, scene)) } };
  }

  return {
    render(groups, scene) {
      if (scene.past !== past) known = new Map();
      past = scene.past;
      known = new Map(groups.map((group) => [group.entry.name, render(group, scene)]));
      return Array.from(known.values(), ({ part }) => part);
    },
  };
}

interface KnownRow {
  /** The handler, and the handlers folded under it. */
  readonly shown: readonly Shown[];
  readonly part: PagePart;
}

/** Everything that a row shows of a handler. */
interface Shown {
  readonly entry: Entry;
  readonly changes: RenderedChanges | undefined;
  readonly isHeld: boolean;
  readonly checkedAt: number | undefined;
}

/** Returns the earlier object if it is equal. A change may be known before the entry has it. */
function toShown(entry: Entry, { view, changes, held, report }: PageScene, before: Shown | undefined): Shown {
  const rendered = view.details ? changes.render(entry) : undefined;
  const isHeld = held?.has(entry.name) === true;
  const checkedAt = toOldMoment(entry, report)?.getTime();
  const isSame =
    before !== undefined &&
    before.changes === rendered &&
    before.isHeld === isHeld &&
    before.checkedAt === checkedAt &&
    (before.entry === entry || isSameEntry(before.entry, entry));
  return isSame ? before : { entry, changes: rendered, isHeld, checkedAt };
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
