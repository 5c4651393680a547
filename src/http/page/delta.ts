import type { PagePart } from "./page-model.ts";

/** The page as it was at a moment: its parts in their order. The same objects as long as nothing has changed. */
export type Picture = readonly PagePart[];

/** The parts as they are now. What is as it was before is what it was before: the whole, or a part of it. */
export function toNextPicture(before: Picture, parts: Picture): Picture {
  const known = toParts(before);
  const next = parts.map((part) => {
    const present = known.get(part.key);
    return present?.html === part.html ? present : part;
  });
  const isSame = before.length === next.length && next.every((part, index) => part === before[index]);
  return isSame ? before : next;
}

/** What makes one picture of another, as JSON: the parts that differ, and the order of all where that differs. */
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
