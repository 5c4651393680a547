import { updateAges } from "./ages.ts";
import { closeControl } from "./control.ts";
import { applyFilter } from "./filter.ts";
import { find } from "./find.ts";
import { keyOf, morph, move } from "./morph.ts";

/** An update of the page, as the server sends it. */
export interface News {
  /** The keys of all parts of the list; missing if they have not changed. */
  readonly order?: readonly string[];
  readonly parts: readonly (readonly [key: string, html: string])[];
}

/** Converts a reloaded page to an update of all parts. */
export function toNews(parsed: Document): News {
  const rows = [...(parsed.getElementById("rows")?.children ?? [])];
  const parts = [...parsed.querySelectorAll(".head"), ...rows].map(
    (part) => [keyOf(part) ?? "", part.outerHTML] as const,
  );
  return { order: rows.map((row) => keyOf(row) ?? ""), parts };
}

/** Updates the page in place. */
export function showNews({ order, parts }: News): void {
  const list = find("rows");
  const rows = new Map([...list.children].map((row) => [keyOf(row), row]));
  const head = document.querySelector<HTMLElement>(".head");
  const before = head?.dataset["instance"];
  for (const [key, html] of parts) {
    const part = toElement(html);
    const present = key === keyOf(head) ? head : rows.get(key);
    if (present) morph(present, part);
    else rows.set(key, part);
  }
  if (order !== undefined)
    arrange(
      list,
      order.flatMap((key) => rows.get(key) ?? []),
    );
  showMove(before, head);
  showState();
  applyFilter();
}

/** Behind a balancer, any request may reach another instance. */
function showMove(before: string | undefined, head: HTMLElement | null): void {
  const now = head?.dataset["instance"];
  if (before === undefined || now === before) return;
  closeControl();
  const text = find("moved");
  const started = head?.querySelector(".instance")?.textContent ?? "";
  text.textContent = `Now showing ${started}. Before, it was ${before}. To stay on one instance, open its own address.`;
  text.hidden = false;
}

/** Sets the title and icon of the tab from the page's head, unless the head is stale. */
export function showState(): void {
  const { classList, dataset } = document.documentElement;
  const { title = "", icon = "" } = document.querySelector<HTMLElement>(".head")?.dataset ?? {};
  const isStale = classList.contains("stale");
  const news = find("news");
  if (!isStale && document.title !== title) news.textContent = title;
  const lost = classList.contains("silent") ? "No answer" : "Connection lost";
  document.title = isStale ? `${classList.contains("lost") ? lost : "Paused"} (was ${title})` : title;
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  const shown = isStale ? (dataset["lostIcon"] ?? "") : icon;
  if (link && link.href !== shown) link.href = shown;
}

function toElement(html: string): Element {
  const template = document.createElement("template");
  template.innerHTML = html;
  updateAges(template.content);
  return template.content.firstElementChild ?? document.createElement("li");
}

/**
 * Moves as few rows as possible. The row that the user has selected or focused stays, and the others move
 * around it.
 */
function arrange(list: Element, rows: readonly Element[]): void {
  const kept = new Set(rows);
  for (const row of [...list.children]) if (!kept.has(row)) row.remove();
  const { anchorNode } = getSelection() ?? {};
  const reader = anchorNode && list.contains(anchorNode) ? anchorNode : document.activeElement;
  const found = rows.findIndex((row) => row.contains(reader));
  const fixed = found === -1 ? Math.floor(rows.length / 2) : found;
  const still = rows[fixed];
  if (still && still.parentNode !== list) list.append(still);
  let next = still;
  for (const row of rows.slice(0, fixed).reverse()) {
    if (next && row.nextElementSibling !== next) move(list, row, next);
    next = row;
  }
  let previous = still;
  for (const row of rows.slice(fixed + 1)) {
    if (previous && row.previousElementSibling !== previous) move(list, row, previous.nextSibling);
    previous = row;
  }
}
