import { clean } from "../terminal/clean.ts";
import { truncate } from "../terminal/width.ts";
import { type Choices, describeWords, type Item, toItems } from "./list.ts";
import { type RenderOptions, renderDetails, renderHeads } from "./render.ts";
import type { ServiceView } from "./service-view.ts";

export interface LayoutOptions extends RenderOptions {
  readonly rows: number;
  /** The end of the first line, which is then always there. */
  readonly title?: string | undefined;
  /** The end of the last line: the available keys. */
  readonly footer: string;
  /** Whether there is a keyboard, and so a cursor. */
  readonly hasCursor: boolean;
}

/** A line of the list, with the service that it belongs to. */
export interface Line {
  readonly item: Item;
  /** Its number below the first line of the service, which is 0. */
  readonly number: number;
  readonly text: string;
}

export interface Layout {
  /** All lines of the list, including lines that are not on the screen. */
  readonly list: readonly Line[];
  /** The position of the cursor in the list. */
  readonly at: number;
  /** The lines of the screen. */
  readonly screen: readonly string[];
}

/** A line above the list, if there is room for it. */
const MIN_ROWS_FOR_TITLE = 5;

/** The lines of the whole screen. The last one shows what is hidden. */
export function layOut(views: readonly ServiceView[], choices: Choices, options: LayoutOptions): Layout {
  const { columns, rows, paint, footer, hasCursor } = options;
  const items = toItems(views, choices);
  const hasTitle = options.title !== undefined || (views.length > 1 && rows >= MIN_ROWS_FOR_TITLE);
  const title = hasTitle ? [renderTitle(views, options)] : [];
  const room = Math.max(1, rows - title.length - 1);
  const blocks = items.map((item) => renderDetails(item, options));
  const limit = toLimit(items, blocks, room);
  const details = blocks.map((block, index) =>
    items[index]?.fold === "all" ? block : cut(block, limit, columns),
  );
  const heads = renderHeads(
    items.map((item, index) => ({ ...item, isOpen: details[index]?.length !== 0 })),
    options,
  );
  const list = items.flatMap((item, index): Line[] =>
    ["", ...(details[index] ?? [])].map((text, number) => ({ item, number, text })),
  );
  const at = findCursor(list, choices);
  const top = Math.max(0, Math.min(at - Math.floor(room / 2), list.length - room));
  const shown = list.slice(top, top + room).map(({ item, number, text }, index) => {
    const isCursor = hasCursor && top + index === at;
    if (number === 0) return heads[items.indexOf(item)]?.(isCursor) ?? "";
    return isCursor ? `> ${text.slice(2)}` : text;
  });
  const hidden = describeHidden(list, top, room);
  const found = describeFilter(choices, items.length, views.length);
  const last = truncate(`${found}${hidden}${hidden === "" ? "" : ". "}${footer}`, columns);
  const gap = title.length + shown.length + 2 <= rows ? [""] : [];
  return { list, at, screen: [...title, ...shown, ...gap, paint("dim", last)].slice(-rows) };
}

function renderTitle(views: readonly ServiceView[], { columns, paint, title }: LayoutOptions): string {
  const all = views.length > 1 ? `${views.length} services: ${describeWords(views)}` : undefined;
  return paint("bold", truncate([all, title].filter((part) => part !== undefined).join("; "), columns));
}

/** `/orders: 3 of 100. ` */
function describeFilter({ filter, isTyping }: Choices, found: number, all: number): string {
  return filter === "" && !isTyping ? "" : `/${clean(filter)}${isTyping ? "_" : ""}: ${found} of ${all}. `;
}

/** How many lines each service may unfold by itself, so that all services that are not OK stay on the screen. */
function toLimit(items: readonly Item[], blocks: readonly (readonly string[])[], room: number): number {
  const sizes = items.map(({ fold }, index) => ({ fold, size: blocks[index]?.length ?? 0 }));
  const isBad = items.map(({ view }) => view.failure !== undefined || view.state !== "OK");
  const fixed = isBad.filter(Boolean).length;
  const usedBy = (limit: number): number =>
    sizes.reduce((sum, { fold, size }) => sum + (fold === "all" ? 0 : Math.min(size, limit)), fixed);
  let limit = Math.max(0, ...sizes.map(({ size }) => size));
  while (limit > 0 && usedBy(limit) > room) limit -= 1;
  return limit;
}

function cut(lines: readonly string[], limit: number, columns: number): readonly string[] {
  if (lines.length <= limit || limit < 2) return lines.slice(0, limit);
  return [
    ...lines.slice(0, limit - 1),
    truncate(`    + ${lines.length - limit + 1} more, Enter unfolds`, columns),
  ];
}

/** The cursor stays with its service. If its line is gone, it moves to the last one of that service. */
function findCursor(list: readonly Line[], { cursor }: Choices): number {
  if (cursor === undefined) return 0;
  const at = list.findLastIndex(
    ({ item, number }) => item.service === cursor.service && number <= cursor.line,
  );
  return Math.max(0, at);
}

function describeHidden(list: readonly Line[], top: number, room: number): string {
  const below = list.slice(top + room);
  const services = below.filter(({ number }) => number === 0).map(({ item }) => item.view);
  const rest = services.length > 0 ? `${describeWords(services)} hidden` : `${below.length} more lines`;
  return [...(top > 0 ? [`${top} lines above`] : []), ...(below.length > 0 ? [rest] : [])].join(", ");
}
