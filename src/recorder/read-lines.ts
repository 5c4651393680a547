import { decode, type Line } from "./lines.ts";

/** The changes to parse. Default: all. */
export interface WantedChanges {
  readonly name?: string | undefined;
  readonly from?: Date;
  readonly to?: Date;
}

const CHANGE = '{"k":"change","t":';

/**
 * The lines of a segment, oldest first; `undefined` for a damaged line. Skips a torn line, which is the last
 * one or is followed by a blank line. Does not parse other changes than the wanted ones: they are only signs
 * of life.
 */
export function* readLines(text: string, wanted: WantedChanges = {}): Iterable<Line | undefined> {
  const isWanted = toTest(wanted);
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = toLineEnd(text, start);
    if (end === start) continue;
    const line = text.slice(start, end);
    if (line.startsWith(CHANGE)) {
      const t = Number.parseInt(line.slice(CHANGE.length, CHANGE.length + TIME_LENGTH), 10);
      if (!isWanted(line, t)) {
        yield { t };
        continue;
      }
    }
    const decoded = decode(line);
    const isTorn = decoded === undefined && (end + 1 >= text.length || text[end + 1] === "\n");
    if (!isTorn) yield decoded;
  }
}

/** Number of digits of the largest time. */
const TIME_LENGTH = 16;

/** The parser handles a damaged time. */
function toTest({ name, from, to }: WantedChanges): (line: string, t: number) => boolean {
  const part = name === undefined ? "" : `,"name":${JSON.stringify(name)},`;
  const start = from?.getTime() ?? Number.NEGATIVE_INFINITY;
  const end = to?.getTime() ?? Number.POSITIVE_INFINITY;
  return (line, t) => !(t < start || t >= end) && line.includes(part);
}

function toLineEnd(text: string, start: number): number {
  const newline = text.indexOf("\n", start);
  return newline === -1 ? text.length : newline;
}
