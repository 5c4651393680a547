import { LINES, type Markup, toText } from "./markup.ts";
import type { PagePart } from "./page-model.ts";

/** The parts of the page at one moment, in order. Unchanged parts stay the same objects. */
export type Picture = readonly PagePart[];

/**
 * Returns the current parts. Reuses the previous objects, the whole picture or single parts, if they are
 * equal.
 */
export function toNextPicture(before: Picture, parts: Picture): Picture {
  const next = parts.map((part, at) => {
    if (part === before[at]) return part;
    const present = toParts(before).get(part.key);
    return present?.html === part.html ? present : part;
  });
  const isSame = before.length === next.length && next.every((part, index) => part === before[index]);
  return isSame ? before : next;
}

/**
 * The difference between two pictures as JSON: the changed parts, and if the order of the rows changed, the
 * moved and the removed rows, or the whole order.
 */
export function toDelta(from: Picture, to: Picture): string {
  const known = toParts(from);
  const changed = to.filter((part, at) => part !== from[at] && part !== known.get(part.key));
  const isMoved = from.length !== to.length || to.some(({ key }, index) => key !== from[index]?.key);
  return JSON.stringify({
    ...(isMoved && toOrder(from, to, changed)),
    parts: changed.map((part) => [part.key, addLogs(part, known.get(part.key))]),
  });
}

/** Walks through both pictures at once. The parts that are in both have the same order, or all keys are sent. */
function toOrder(from: Picture, to: Picture, changed: readonly PagePart[]): object {
  const moved = new Set(changed.map(({ key }) => key));
  const present = toParts(to);
  const moves: (readonly [key: string, after: string | false | undefined])[] = [];
  const gone: string[] = [];
  let kept = 0;
  let at = 0;

  /** Passes the parts before the next one that is kept. Returns whether that is this part. */
  function isNextKept(part: PagePart | undefined): boolean {
    for (; from[at] !== part; at += 1) {
      const key = from[at]?.key;
      if (key === undefined || (present.has(key) && !moved.has(key))) return false;
      if (!present.has(key)) gone.push(key);
    }
    at += 1;
    return true;
  }

  for (const [index, part] of to.entries()) {
    if (!moved.has(part.key)) {
      if (!isNextKept(part)) return toWholeOrder(to);
      kept += 1;
    } else if (index > 0) moves.push([part.key, index > 1 && to[index - 1]?.key]);
  }
  isNextKept(undefined);
  return kept > 0 ? { moves, gone } : toWholeOrder(to);
}

function toWholeOrder(to: Picture): object {
  return { order: to.slice(1).map(({ key }) => key) };
}

/** Adds the lines of changes that the reader of an earlier part does not have. */
function addLogs({ html, logs = [] }: PagePart, before: PagePart | undefined): string {
  const [start = "", ...rest] = html.split(toText(LINES));
  return rest.reduce(
    (text, more, at) => text + toAdded(logs[at] ?? [], before?.logs?.[at] ?? []) + more,
    start,
  );
}

function toAdded(lines: readonly Markup[], known: readonly Markup[]): string {
  const [newest] = known;
  const added = newest === undefined ? -1 : lines.indexOf(newest);
  // The rest is known too, unless a recorder has restored earlier lines.
  const isKnown = added !== -1 && known[lines.length - added - 1] === lines.at(-1);
  return lines
    .slice(0, isKnown ? added : lines.length)
    .map(toText)
    .join("");
}

const maps = new WeakMap<Picture, ReadonlyMap<string, PagePart>>();

function toParts(picture: Picture): ReadonlyMap<string, PagePart> {
  const parts = maps.get(picture) ?? new Map(picture.map((part) => [part.key, part]));
  maps.set(picture, parts);
  return parts;
}
