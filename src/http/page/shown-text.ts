import { replaceControlCharacters } from "../../util/text.ts";

/** A handler's text on one line. */
export function toLine(text: string): string {
  return replaceControlCharacters(text);
}

/** A handler's text with its line breaks. */
export function toLines(text: string): string {
  return text.split("\n").map(replaceControlCharacters).join("\n");
}

/** Truncates a text to a maximum length without splitting a surrogate pair. */
export function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength).replace(/\p{Surrogate}$/u, "")}…` : text;
}
