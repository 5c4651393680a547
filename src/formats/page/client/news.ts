import { updateAges } from "./ages.ts";
import { applyFilter } from "./filter.ts";
import { find } from "./find.ts";
import { keyOf, morph, move } from "./morph.ts";

/** What is new on the page, as the server says it. */
export interface News {
  /** The keys of all parts of the list, where they are not those of before. */
  readonly order?: readonly string[];
  readonly parts: readonly (readonly [key: string, html: string])[];
}

/** The page as it was asked for again, as news: all of it. */
export function toNews(parsed: Document): News {
  const rows = [...(parsed.getElementById("rows")?.children ?? [])];
  const parts = [...parsed.querySelectorAll(".head"), ...rows].map(
    (part) => [keyOf(part) ?? "", part.outerHTML] as const,
  );
  return { order: rows.map((row) => keyOf(row) ?? ""), parts };
}

/** Brings the page up to date in its place. */
export function showNews({ order, parts }: News): void {
  const list = find("rows");
  const rows = new Map([...list.children].map((row) => [keyOf(row), row]));
  const head = document.querySelector(".head");
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
  showState();
  applyFilter();
}

/** The title and the icon of the tab follow what the head says, unless that is not known to be true any more. */
export function showState(): void {
  const isLost = document.documentElement.classList.contains("lost");
  const { title = "", icon = "" } = document.querySelector<HTMLElement>(".head")?.dataset ?? {};
  const news = find("news");
  if (!isLost && news.textContent !== title && document.title !== title) news.textContent = title;
  document.title = isLost ? `Connection lost (was ${title})` : title;
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  const shown = isLost ? (document.documentElement.dataset["lostIcon"] ?? "") : icon;
  if (link && link.href !== shown) link.href = shown;
}

function toElement(html: string): Element {
  const template = document.createElement("template");
  template.innerHTML = html;
  updateAges(template.content);
  return template.content.firstElementChild ?? document.createElement("li");
}

/** Moves only what has changed its place. */
function arrange(list: Element, rows: readonly Element[]): void {
  const kept = new Set(rows);
  for (const row of [...list.children]) if (!kept.has(row)) row.remove();
  let cursor = list.firstElementChild;
  for (const row of rows) {
    // Where one row went down, the next one is already behind it: then it is that one that moves.
    if (cursor && cursor !== row && cursor.nextElementSibling === row) {
      const down = cursor;
      cursor = row;
      move(list, down, null);
    }
    if (row === cursor) cursor = cursor.nextElementSibling;
    else move(list, row, cursor);
  }
}
