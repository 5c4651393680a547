import { summarize } from "../client/counts.ts";
import { clean } from "../terminal/clean.ts";
import { type Paint, STYLE_OF_STATE } from "../terminal/style.ts";
import { renderTable } from "../terminal/table.ts";
import { toWidth, truncate } from "../terminal/width.ts";
import type { ServiceView, ViewChange } from "./service-view.ts";

/** How long a change is highlighted. */
export const HIGHLIGHT_MS = 5_000;

export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  readonly paint: Paint;
  readonly now: number;
  /** The last line of the screen. */
  readonly footer: string;
}

/** The lines of the whole screen. Services and handlers that do not fit are only counted. */
export function renderScreen(views: readonly ServiceView[], options: ScreenOptions): string[] {
  const { columns, rows, paint, footer } = options;
  const lines = views.flatMap((view, index) => [...(index > 0 ? [""] : []), ...renderService(view, options)]);
  const room = Math.max(1, rows - 1);
  const hidden = lines.length - room;
  const text = hidden > 0 ? `${hidden + 1} more lines. ${footer}` : footer;
  const shown = hidden > 0 ? lines.slice(0, room - 1) : lines;
  return [...shown, "", paint("dim", truncate(text, columns))].slice(-rows);
}

function renderService(view: ServiceView, { columns, paint, now }: ScreenOptions): string[] {
  const isMarked = ({ name }: { readonly name: string }): boolean =>
    now - (view.changedAt.get(name) ?? Number.NEGATIVE_INFINITY) < HIGHLIGHT_MS;
  const table = view.handlers.length === 0 ? [] : renderTable(view.handlers, { columns, paint, isMarked });
  return [renderHead(view, columns, paint), ...table];
}

function renderHead({ where, state, handlers, failure }: ServiceView, columns: number, paint: Paint): string {
  if (failure !== undefined) return paint("red", truncate(clean(failure), columns));
  if (state === undefined) return truncate(clean(`${where}: connecting …`), columns);
  // Leave room for at least one letter of the address, a space and the state.
  const rest = truncate(clean(`: ${summarize(handlers)}`), columns - 2 - state.length);
  const shown = truncate(clean(where), Math.max(1, columns - 1 - state.length - toWidth(rest)));
  return `${paint("bold", shown)} ${paint(STYLE_OF_STATE[state], state)}${rest}`;
}

/** `2026-01-01T00:00:00.000Z http://localhost:8080 Database OK -> RED "connection lost"` */
export function renderChange(where: string, { name, before, after, detail }: ViewChange, at: Date): string {
  const change = before === undefined ? after : `${before} -> ${after}`;
  const words = [at.toISOString(), where, ...(name === undefined ? [] : [name]), change];
  return clean(`${words.join(" ")}${detail === "" ? "" : ` "${detail}"`}`);
}
