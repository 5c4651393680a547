// Characters without a visible shape: controls, direction marks, lone surrogates, private-use and unassigned
// characters, and separators of lines and paragraphs.
const NOT_PRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Maximum length of a detail in a log line, in characters after escaping. */
export const MAX_LOGGED_DETAIL_LENGTH = 500;

/** Escapes each character that could break its line or control a terminal. */
export function toPrintable(text: string): string {
  return text.replace(NOT_PRINTABLE, toEscape);
}

/** A detail in quotes: one printable line of at most 500 characters. */
export function quoteDetail(detail: string): string {
  const beginning = escapeQuoted(detail.slice(0, MAX_LOGGED_DETAIL_LENGTH + 1));
  return `"${beginning.length <= MAX_LOGGED_DETAIL_LENGTH ? beginning : cutEscaped(detail)}"`;
}

/** Truncates, but never within an escape. */
function cutEscaped(detail: string): string {
  let shown = "";
  for (const character of detail) {
    const escaped = escapeQuoted(character);
    if (shown.length + escaped.length >= MAX_LOGGED_DETAIL_LENGTH) break;
    shown += escaped;
  }
  return `${shown}…`;
}

function escapeQuoted(text: string): string {
  return toPrintable(JSON.stringify(text).slice(1, -1));
}

function toEscape(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}
