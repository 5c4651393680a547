import { updateAges } from "./ages.ts";
import { openAwaitedRow } from "./anchor.ts";
import { drawAxes } from "./axes.ts";
import { closeControl } from "./control.ts";
import { applyFilter } from "./filter.ts";
import { find } from "./find.ts";
import { showOpenTimes } from "./local-times.ts";
import { keyOf, morph } from "./morph.ts";
import { isActive, isReading, markChanged, type NewOrder, showOrder } from "./order.ts";

/** The browser parses several parts together faster than each alone. */
const PARTS_AT_ONCE = 10;

/** An update of the page, as the server sends it. */
export interface PageNews extends NewOrder {
  readonly parts: readonly (readonly [key: string, html: string])[];
}

/** Converts a reloaded page to an update of all parts. */
export function toNews(parsed: Document): PageNews {
  const rows = [...(parsed.getElementById("rows")?.children ?? [])];
  const parts = [...parsed.querySelectorAll(".head"), ...rows].map(
    (part) => [keyOf(part) ?? "", part.outerHTML] as const,
  );
  return { order: rows.map((row) => keyOf(row) ?? ""), parts };
}

let seen = "";

/** The id of the last update, if the page shows exactly that. */
export function getSeen(): string {
  return seen;
}

/** Updates the page in place, some parts at a time. `isOtherList`: the reader has requested other rows. */
export function* showNews(news: PageNews, id: string, isOtherList: boolean): Generator<void> {
  seen = "";
  // First, because after a change the browser would have to lay out the page to tell the selection.
  const isRead = !isOtherList && isReading();
  const rows = new Map([...find("rows").children].map((row) => [keyOf(row) ?? "", row]));
  const head = document.querySelector<HTMLElement>(".head");
  const before = head?.dataset["instance"];
  for (let at = 0; at < news.parts.length; at += PARTS_AT_ONCE) {
    for (const part of toParts(news.parts.slice(at, at + PARTS_AT_ONCE))) {
      if (keyOf(part) === keyOf(head)) showHead(head, part);
      else showRow(part, rows);
    }
    showOpenTimes();
    // Another instance appears at once: its head must never be above the rows of the one before.
    if (head?.dataset["instance"] === before) yield;
  }
  // The user may have become active since the first of several frames.
  showOrder(news, rows, isRead || (!isOtherList && isActive()));
  showMove(before, head);
  showState();
  applyFilter();
  openAwaitedRow();
  seen = id;
}

function showHead(head: HTMLElement | null, part: Element): void {
  const action = actionOf(head);
  if (head) morph(head, part);
  // Otherwise a click that was meant to decommission would commission.
  if (actionOf(head) !== action) closeControl();
}

function showRow(part: Element, rows: Map<string, Element>): void {
  const key = keyOf(part) ?? "";
  const present = rows.get(key);
  if (stateOf(present) !== stateOf(part)) markChanged(key);
  if (present) morph(present, part);
  else rows.set(key, part);
}

/** Behind a balancer, any request may reach another instance. */
function showMove(before: string | undefined, head: HTMLElement | null): void {
  const now = head?.dataset["instance"];
  if (before === undefined || now === before) return;
  closeControl();
  const notice = find("moved");
  const [text, close] = notice.children;
  const started = head?.querySelector(".instance")?.textContent ?? "";
  if (text)
    text.textContent = `Now showing ${started}. Before, it was ${before}. To stay on one instance, open its own address.`;
  close?.addEventListener("click", () => (notice.hidden = true), { once: true });
  notice.hidden = false;
}

/** The action of the dialog that changes the probe. */
function actionOf(head: HTMLElement | null): string | null | undefined {
  return head?.querySelector(".control form")?.getAttribute("action");
}

function stateOf(part: Element | null | undefined): string | undefined {
  return part instanceof HTMLElement ? part.dataset["state"] : undefined;
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

function toParts(parts: PageNews["parts"]): readonly Element[] {
  const innerHTML = parts.map(([, html]) => html).join("");
  const { content } = Object.assign(document.createElement("template"), { innerHTML });
  updateAges(content);
  drawAxes(content);
  return [...content.children];
}
