import { decode, type Line } from "./lines.ts";

const CHANGE = '{"k":"change","t":';

/**
 * The lines of a segment, oldest first; `undefined` for a damaged one. A torn line, which is the last one or is followed
 * by a blank line, is skipped. With a name, changes of other handlers are not parsed: they are only signs of life.
 */
export function* readLines(text: string, name?: string): Iterable<Line | undefined> {
  const wanted = name === undefined ? "" : `,"name":${JSON.stringify(name)},`;
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = toLineEnd(text, start);
    if (end === start) continue;
    const line = text.slice(start, end);
    if (line.startsWith(CHANGE) && !line.includes(wanted)) {
      yield { t: Number.parseInt(line.slice(CHANGE.length), 10) };
      continue;
    }
    const decoded = decode(line);
    const isTorn = decoded === undefined && (end + 1 >= text.length || text[end + 1] === "\n");
    if (!isTorn) yield decoded;
  }
}

function toLineEnd(text: string, start: number): number {
  const newline = text.indexOf("\n", start);
  return newline === -1 ? text.length : newline;
}
