// C0, DEL and C1: characters that can break a line, a cell or a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it must match control characters
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Replaces control characters with spaces, so that the text stays on its line and cannot control a terminal.
 */
export function replaceControlCharacters(text: string): string {
  return text.replace(CONTROL_CHARACTERS, " ");
}

/** Whether the text can be written as UTF-8 without loss. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** Replaces each lone surrogate with U+FFFD, as the conversion to UTF-8 does. */
export function toWellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * Orders by code point, as UTF-8 and Python do. JavaScript's own order differs when a character beyond
 * U+FFFF, stored as surrogates, is compared with one between U+E000 and U+FFFF.
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
