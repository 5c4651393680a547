import { find } from "./find.ts";
import { findRest } from "./list.ts";

const PREFIX = "#handler-";

/** Whether the row that the address names is not on the page yet. */
let isAwaited = false;

/** Opens the row that the address names, and focuses it. */
export function startAnchors(): void {
  addEventListener("hashchange", openNamedRow);
  openNamedRow();
}

/** Opens the row after an update, if the page did not list it before. */
export function openAwaitedRow(): void {
  if (isAwaited && findNamed()) openNamedRow();
}

function openNamedRow(): void {
  const target = findNamed();
  const row = target?.closest(".row");
  isAwaited = !row && location.hash.startsWith(PREFIX) && findRest() !== null;
  if (isAwaited) searchNamed();
  if (!row) return;
  for (let each: Element | null = target; each; each = each.parentElement)
    if (each instanceof HTMLDetailsElement) each.open = true;
  (row.querySelector("summary") ?? target)?.focus();
}

function findNamed(): HTMLElement | null {
  return document.getElementById(location.hash.slice(1));
}

/** Lets the filter find the handler. */
function searchNamed(): void {
  const field = find("filter").querySelector<HTMLInputElement>("[name=q]");
  if (!field) return;
  const query = new URLSearchParams(`q=${location.hash.slice(PREFIX.length).replaceAll("+", "%2B")}`);
  field.value = query.get("q") ?? "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
