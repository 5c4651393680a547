import { replaceControlCharacters } from "../../util/text.ts";

/** Text that a handler reported, on one line. */
export function toLine(text: string): string {
  return replaceControlCharacters(text);
}

/** The same, but its lines stay lines. */
export function toLines(text: string): string {
  return text.split("\n").map(replaceControlCharacters).join("\n");
}

/** The beginning of a text that is too long. A character that is made of two is left whole. */
export function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength).replace(/\p{Surrogate}$/u, "")}…` : text;
}
