import { toAgeText } from "../../http/page/time-text.ts";
import type { HandlerStatus } from "../client/service-status.ts";
import { clean } from "./clean.ts";
import { type Paint, STYLE_OF_STATE } from "./style.ts";
import { pad, toWidth, truncate } from "./width.ts";

export interface TableOptions {
  /** Cuts lines to this number of columns; `Infinity` cuts nothing. */
  readonly columns: number;
  readonly paint: Paint;
  /** Rows that are highlighted. */
  readonly isMarked?: (handler: HandlerStatus) => boolean;
}

/** Maximum width of a name for alignment. Otherwise, a name of a megabyte would make every line as long. */
export const MAX_ALIGNED_WIDTH = 200;

const GAP = "  ";
const STATE_WIDTH = "YELLOW".length;

/** One line per handler, below a header. */
export function renderTable(handlers: readonly HandlerStatus[], options: TableOptions): string[] {
  const { columns, paint, isMarked = () => false } = options;
  const names = handlers.map(({ name }) => clean(name));
  const widest = names.reduce((width, name) => Math.max(width, toAlignedWidth(name)), "NAME".length);
  // The state must be visible: a name may take half of the terminal.
  const nameWidth = Math.min(widest, Math.max("NAME".length, Math.floor(columns / 2)));
  const ages = handlers.map(({ forMs }) => (forMs === undefined ? "" : toAgeText(forMs)));
  const widestAge = Math.max("SINCE".length, ...ages.map(toWidth));
  const fits = nameWidth + STATE_WIDTH + widestAge + 2 * GAP.length <= columns;
  const sinceWidth = fits && ages.some((age) => age !== "") ? widestAge : 0;
  const sinceGap = sinceWidth > 0 ? GAP : "";
  const detailWidth = columns - nameWidth - STATE_WIDTH - sinceWidth - sinceGap.length - 2 * GAP.length;

  function renderRow(handler: HandlerStatus, index: number): string {
    const { state } = handler;
    const name = pad(
      columns === Number.POSITIVE_INFINITY ? (names[index] ?? "") : truncate(names[index] ?? "", nameWidth),
      nameWidth,
    );
    const detail = truncate(renderDetail(handler), detailWidth);
    const age = sinceWidth > 0 ? `${sinceGap}${pad(ages[index] ?? "", detail === "" ? 0 : sinceWidth)}` : "";
    const isLast = detail === "" && age === "";
    const word = paint(STYLE_OF_STATE[state], state) + (isLast ? "" : " ".repeat(STATE_WIDTH - state.length));
    const shownName = isMarked(handler) ? paint("inverse", name) : name;
    return `${shownName}${GAP}${word}${age}${detail === "" ? "" : GAP + detail}`;
  }

  const head = `${pad("NAME", nameWidth)}${GAP}${pad("STATE", STATE_WIDTH)}${sinceGap}${sinceWidth > 0 ? pad("SINCE", sinceWidth) : ""}${GAP}DETAIL`;
  return [paint("bold", truncate(head, columns)), ...handlers.map(renderRow)];
}

/** Pads the cells of each column to the same width. Cells wider than the maximum do not widen their column. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  maxWidth: number = MAX_ALIGNED_WIDTH,
): readonly (readonly string[])[] {
  const [heads = []] = rows;
  const widths = heads.map((_, column) =>
    Math.max(...rows.map((cells) => Math.min(maxWidth, toWidth(cells[column] ?? "")))),
  );
  return rows.map((cells) => cells.map((cell, column) => pad(cell, widths[column] ?? 0)));
}

function toAlignedWidth(name: string): number {
  const width = toWidth(name);
  return width > MAX_ALIGNED_WIDTH ? 0 : width;
}

/** The detail of a handler, followed by its labels: `slow (errors=7, rows=120)`. */
export function renderDetail({ detail, labels }: HandlerStatus): string {
  const pairs = labels.map(([label, value]) => `${label}=${value}`).join(", ");
  return clean([detail, ...(pairs === "" ? [] : [`(${pairs})`])].filter((part) => part !== "").join(" "));
}
