import type { Report } from "../core/report.ts";
import { sortByName } from "../core/sort-by-name.ts";
import { replaceControlCharacters } from "../core/text.ts";
import { toDetailText } from "./detail-text.ts";

export interface CsvOptions {
  /** A third column with the detail, as release 1.0.0 of the original wrote it. */
  readonly detailColumn: boolean;
  /** `false`: the third column, if there is one, is empty. */
  readonly details: boolean;
}

/** `name<TAB>state` a line, sorted by name. Empty when there are no handlers. */
export function renderCsv(report: Report, { detailColumn, details }: CsvOptions): string {
  return sortByName(report.entries)
    .map(({ name, status }) => {
      const line = `${name}\t${status.state}`;
      return detailColumn ? `${line}\t${details ? toCell(toDetailText(status)) : ""}\n` : `${line}\n`;
    })
    .join("");
}

/** A detail can hold anything, and must not begin a new cell, a new line or a formula in a spreadsheet. */
function toCell(text: string): string {
  const cell = replaceControlCharacters(text);
  return /^[=+\-@]/.test(cell) ? `'${cell}` : cell;
}
