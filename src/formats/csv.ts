import { toDetailText } from "../core/detail-text.ts";
import type { Report } from "../core/report.ts";
import { sortByName } from "../util/sort-by-name.ts";
import { replaceControlCharacters } from "../util/text.ts";

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
      const line = `${toCell(name)}\t${status.state}`;
      return detailColumn ? `${line}\t${details ? toCell(toDetailText(status)) : ""}\n` : `${line}\n`;
    })
    .join("");
}

// With what spreadsheets skip before it, and with the full-width forms that some of them read too.
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** A name or a detail must not begin a new cell, a new line or a formula in a spreadsheet. */
function toCell(text: string): string {
  const cell = replaceControlCharacters(text);
  return FORMULA.test(cell) ? `'${cell}` : cell;
}
