import { LINES, type Markup, toText } from "./markup.ts";
import type { PagePart } from "./page-model.ts";

/** The parts of the page at one moment, in order. Unchanged parts stay the same objects. */
export type Picture = readonly PagePart[];

/** Reuses the previous objects of the parts that did not change. */
export function reuseParts(before: Picture, parts: Picture): Picture {
  const known = new Map(before.map((part) => [part.key, part]));
  return parts.map((part) => reusePart(known.get(part.key), part));
}

export function reusePart(before: PagePart | undefined, part: PagePart): PagePart {
  return before?.html === part.html ? before : part;
}

/**
 * The difference between two pictures as JSON: the changed parts, and if the order of the rows changed, the
 * moved and the removed rows, or the whole order.
 */
export function toDelta(from: Picture, to: Picture): string {
  const { changed, dropped, isInOrder } = compare(from, to);
  const isMoved = from.length !== to.length || to.some((part, at) => part.key !== from[at]?.key);
  return JSON.stringify({
    ...(isMoved && (isInOrder ? toMoves(to, changed, dropped) : toWholeOrder(to))),
    parts: changed.map((part) => [part.key, addLogs(part, dropped.get(part.key))]),
  });
}

interface Comparison {
  /** The parts that are only in the new picture, in order. */
  readonly changed: readonly PagePart[];
  /** The parts that are only in the previous picture, by key. */
  readonly dropped: ReadonlyMap<string, PagePart>;
  /** Whether there are parts in both pictures, and all of them in the same order. */
  readonly isInOrder: boolean;
}

/** Walks through both pictures at once, which takes almost no time for the parts that are in both. */
function compare(from: Picture, to: Picture): Comparison {
  const changed: PagePart[] = [];
  const dropped = new Map<string, PagePart>();
  let isInOrder = true;
  let next = 0;

  function dropUntil(end: number): void {
    for (const part of from.slice(next, end)) dropped.set(part.key, part);
    next = end;
  }

  for (const part of to) {
    const place = from[next] === part ? next : from.indexOf(part);
    if (place === -1) changed.push(part);
    else if (place < next) isInOrder = false;
    else {
      dropUntil(place);
      next += 1;
    }
  }
  dropUntil(from.length);
  return { changed, dropped, isInOrder: isInOrder && changed.length < to.length };
}

/** The order, if everything else stays in place. It does not grow with the parts that stay. */
function toMoves(to: Picture, changed: readonly PagePart[], dropped: ReadonlyMap<string, PagePart>): object {
  const moved = new Set(changed.map(({ key }) => key));
  const rows = changed.map((part) => [part.key, to.indexOf(part)] as const).filter(([, at]) => at > 0);
  return {
    moves: rows.map(([key, at]) => [key, at > 1 && to[at - 1]?.key]),
    gone: [...dropped.keys()].filter((key) => !moved.has(key)),
  };
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
