import type { PagePart } from "./page-model.ts";

/** The parts of the page at one moment, in order. Unchanged parts stay the same objects. */
export type Picture = readonly PagePart[];

/**
 * Returns the current parts. Reuses the previous objects, the whole picture or single parts, if they are
 * equal.
 */
export function toNextPicture(before: Picture, parts: Picture): Picture {
  const known = toParts(before);
  const next = parts.map((part) => {
    const present = known.get(part.key);
    return present?.html === part.html ? present : part;
  });
  const isSame = before.length === next.length && next.every((part, index) => part === before[index]);
  return isSame ? before : next;
}

/**
 * The difference between two pictures as JSON: the changed parts, and the order of all parts if it changed.
 */
export function toDelta(from: Picture, to: Picture): string {
  const known = toParts(from);
  const changed = to.filter((part) => known.get(part.key) !== part);
  const isMoved = from.length !== to.length || to.some(({ key }, index) => key !== from[index]?.key);
  return JSON.stringify({
    ...(isMoved && { order: to.slice(1).map(({ key }) => key) }),
    parts: changed.map(({ key, html }) => [key, html]),
  });
}

function toParts(picture: Picture): ReadonlyMap<string, PagePart> {
  return new Map(picture.map((part) => [part.key, part]));
}
