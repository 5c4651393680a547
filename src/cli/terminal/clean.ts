import { toWellFormed } from "../../util/text.ts";

// ECMA-48: control sequences (5.4), control strings with their terminator (5.6), and other sequences that
// begin with ESC.
const ESCAPE_SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match control characters
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[P\]X^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-OQ-WYZ\\`-~]/g;

// C0, DEL and C1; marks that change the direction of the text after them; line separators; invisible tags and
// marks.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the same
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}]/gu;

/**
 * Converts an untrusted text to one line that cannot control a terminal. Removes escape sequences, and
 * replaces other unsafe characters with a space.
 */
export function clean(text: string): string {
  return toWellFormed(text.replace(ESCAPE_SEQUENCES, "").replace(UNSAFE, " "));
}

/** The same for several lines. Keeps line breaks and tabs. */
export function cleanLines(text: string): string {
  const lines = text.split(/\r?\n/);
  return lines.map((line) => line.split("\t").map(clean).join("\t")).join("\n");
}

/** JSON with the same meaning to every parser, with everything that could control a terminal escaped. */
export function cleanJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    /^[\t\n\r]$/.test(character) ? character : toEscapes(character),
  );
}

/** Escapes represent code units: a character beyond U+FFFF has two. */
function toEscapes(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
