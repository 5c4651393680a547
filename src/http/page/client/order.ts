import { applyFilter } from "./filter.ts";
import { find } from "./find.ts";
import { findInOrder } from "./in-order.ts";
import { findRest } from "./list.ts";
import { keyOf, move } from "./morph.ts";
import { findOpenRows } from "./open-rows.ts";

/** Rows keep their places until the user has been inactive for this long. */
const READING_MS = 60_000;

/** If more rows than this changed, the page sorts them at once. */
const MAX_CHANGED = 500;

/** A change of the server's order of the rows: all keys, or the keys of moved and of removed rows. */
export interface NewOrder {
  readonly order?: readonly string[];
  /** Each with the key of the row before it, or `false` for the first row. */
  readonly moves?: readonly (readonly [key: string, after: string | false])[];
  readonly gone?: readonly string[];
}

/** The keys of the rows in the server's order. */
let order: readonly string[] = [];

/** Whether the rows are in another order. */
let isPending = false;

/** The keys of the rows whose state changed since the rows were sorted. */
const changed = new Set<string>();

let touchedAt = Number.NEGATIVE_INFINITY;

/** Sorts the rows on request, and when the user is inactive. */
export function startSorting(): void {
  for (const type of ["pointermove", "pointerdown", "wheel", "touchmove", "keydown"])
    addEventListener(type, () => (touchedAt = performance.now()), { passive: true });
  find("sort").addEventListener("click", () => sortPending(true));
  setInterval(() => !isReading() && sortPending(false), 1_000);
}

function sortPending(isRead: boolean): void {
  if (!isPending) return;
  sort(isRead);
  applyFilter();
}

export function markChanged(key: string): void {
  changed.add(key);
}

/**
 * Puts the rows in the new order, if there is one. While the user is active, they keep their places, and new
 * rows come last.
 */
export function showOrder(news: NewOrder, rows: ReadonlyMap<string, Element>, isRead: boolean): void {
  if (news.order ?? news.moves) {
    order = news.order ?? moveKeys(news);
    isPending = true;
  }
  if (!isPending) changed.clear();
  else if (placeRows(rows) || changed.size > MAX_CHANGED || !isRead) sort(isRead);
  else offerSorting();
}

function moveKeys({ moves = [], gone = [] }: NewOrder): readonly string[] {
  const moved = new Set([...gone, ...moves.map(([key]) => key)]);
  const keys = order.filter((key) => !moved.has(key));
  for (const [key, after] of moves) keys.splice(keys.indexOf(after || "") + 1, 0, key);
  return keys;
}

/** Adds new rows, empties the removed rows, and returns whether all rows are in order. */
function placeRows(rows: ReadonlyMap<string, Element>): boolean {
  const list = find("rows");
  const keys = new Set(order);
  for (const row of list.children) if (!keys.has(keyOf(row) ?? "")) leavePlace(row);
  for (const key of keys) if (rows.get(key)?.parentNode !== list) list.append(rows.get(key) ?? "");
  const { children } = list;
  return children.length === order.length && order.every((key, at) => keyOf(children[at] ?? null) === key);
}

function offerSorting(): void {
  const button = find("sort");
  const text = changed.size > 1 ? `${changed.size} rows changed, sort` : "1 row changed, sort";
  if (button.textContent !== text) button.textContent = text;
  button.hidden = false;
}

/** An empty row, so that the rows below it do not move. */
function leavePlace(row: Element): void {
  if (row.className === "gone") return;
  if (row === findRest()) {
    row.remove();
    return;
  }
  const key = keyOf(row) ?? "";
  changed.add(key);
  const name = row.querySelector(".name bdi")?.textContent ?? "";
  const isFolded = [...document.querySelectorAll(".fold .row")].some((each) => keyOf(each) === key);
  row.removeAttribute("data-state");
  row.className = "gone";
  row.textContent = `${name} ${isFolded ? "is RED with another handler" : `is no longer ${findRest() ? "listed" : "registered"}`}`;
}

/** Whether the user has been active recently. */
export function isActive(): boolean {
  return !document.hidden && performance.now() - touchedAt < READING_MS;
}

/** Whether the user is active, or has opened, focused or selected something in the rows. */
export function isReading(): boolean {
  const list = find("rows");
  const selection = getSelection();
  return (
    isActive() ||
    (!document.hidden &&
      (list.contains(document.activeElement) ||
        (selection?.isCollapsed === false && list.contains(selection.anchorNode)) ||
        findOpenRows().length > 0))
  );
}

function sort(isRead: boolean): void {
  const list = find("rows");
  const rows = new Map([...list.children].map((row) => [keyOf(row), row]));
  const button = find("sort");
  if (document.activeElement === button) find("handlers").focus({ preventScroll: true });
  button.hidden = true;
  arrange(
    list,
    order.flatMap((key) => rows.get(key) ?? []),
    isRead,
  );
  isPending = false;
  changed.clear();
}

/**
 * Moves as few rows as possible. The row that the user has selected or focused stays, and the others move
 * around it. Without a user there is none, and to look for it would make the browser lay out the page.
 */
function arrange(list: Element, rows: readonly Element[], isRead: boolean): void {
  const kept = new Set(rows);
  for (const row of [...list.children]) if (!kept.has(row)) row.remove();
  const { anchorNode } = (isRead && getSelection()) || {};
  const reader = anchorNode && list.contains(anchorNode) ? anchorNode : isRead && document.activeElement;
  const fixed = reader ? rows.findIndex((row) => row.contains(reader)) : -1;
  const places = new Map([...list.children].map((row, place) => [row, place]));
  const still = findInOrder(
    rows.map((row) => places.get(row) ?? 0),
    fixed,
  );
  let next: Element | null = null;
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row && !still.has(at)) move(list, row, next);
    next = row ?? null;
  }
}
