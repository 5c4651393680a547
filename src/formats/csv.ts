import { toDetailText } from "../core/detail-text.ts";
import type { Report } from "../core/report.ts";
import { sortByName } from "../util/sort-by-name.ts";
import { replaceControlCharacters } from "../util/text.ts";

export interface CsvOptions {
  /** Adds a third column with the detail, as release 1.0.0 of the original did. */
  readonly detailColumn: boolean;
  /** `false`: the third column, if there is one, is empty. */
  readonly details: boolean;
}

/** Writes `name<TAB>state` lines, sorted by name. Empty if there are no handlers. */
export function renderCsv(report: Report, { detailColumn, details }: CsvOptions): string {
  return sortByName(report.entries)
    .map(({ name, status }) => {
      const line = `${toCell(name)}\t${status.state}`;
      return detailColumn ? `${line}\t${details ? toCell(toDetailText(status)) : ""}\n` : `${line}\n`;
    })
    .join("");
}

// Includes white space, which spreadsheets skip, and full-width forms, which some of them also accept.
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** Prevents a name or a detail from starting a new cell, a new line or a formula in a spreadsheet. */
function toCell(text: string): string {
  const cell = replaceControlCharacters(text);
  return FORMULA.test(cell) ? `'${cell}` : cell;
}
