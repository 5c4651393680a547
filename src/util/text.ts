// C0, DEL and C1: what can break a line, a cell or a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same without state, for tests
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

export function hasControlCharacters(text: string): boolean {
  return CONTROL_CHARACTER.test(text);
}

/** Each control character becomes a space, so that the text stays on its line and out of the terminal's ear. */
export function replaceControlCharacters(text: string): string {
  return text.replace(CONTROL_CHARACTERS, " ");
}

/** Whether the text can be written as UTF-8 without losing anything. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** Each half of a broken surrogate pair becomes U+FFFD, as it would on its way to UTF-8. */
export function toWellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * Orders by code point, as UTF-8 and Python sort. JavaScript's own order differs where a character
 * beyond U+FFFF, stored as surrogates, meets one between U+E000 and U+FFFF.
 */
export function compareCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const difference = toRank(one.charCodeAt(index)) - toRank(other.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function toRank(codeUnit: number): number {
  const isSurrogate = codeUnit >= 0xd800 && codeUnit <= 0xdfff;
  return isSurrogate ? codeUnit + 0x10000 : codeUnit;
}
