// biome-ignore lint/suspicious/noControlCharactersInRegex: other characters than ASCII take longer to measure
const ASCII = /^[\u0000-\u007f]*$/;

/** Combining marks, and characters that join letters. */
const WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Characters that are shown as a picture: two columns. */
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;

/**
 * The first and last characters of the ranges that Unicode calls wide or full-width (UAX #11), simplified.
 */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

/** Maximum length that is measured. Segmenting megabytes takes minutes, and no terminal is that wide. */
export const MAX_MEASURED_LENGTH = 2_000;

/** The number of terminal columns of a cleaned text; for a very long text, a minimum. */
export function toWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const grapheme of toGraphemes(text)) width += toGraphemeWidth(grapheme);
  return width;
}

/** The beginning of a text that fits, with `…` for the rest. */
export function truncate(text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY) return text;
  if (width < 1) return "";
  if (text.length <= MAX_MEASURED_LENGTH && toWidth(text) <= width) return text;
  let cut = "";
  let room = width - 1;
  for (const grapheme of toGraphemes(text)) {
    room -= toGraphemeWidth(grapheme);
    if (room < 0) break;
    cut += grapheme;
  }
  return `${cut}…`;
}

/** Pads with spaces. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - toWidth(text)));
}

/** Without any of these, each character is a separate letter. */
const JOINS = /[\p{M}\p{Cf}\p{Emoji_Modifier}\p{Regional_Indicator}\u1160-\u11ff]/u;

let segmenter: Intl.Segmenter | undefined;

function toGraphemes(text: string): string[] {
  const head = text.slice(0, MAX_MEASURED_LENGTH);
  if (!JOINS.test(head)) return [...head];
  segmenter ??= new Intl.Segmenter(); // created once, because this takes longer than using it
  return Array.from(segmenter.segment(head), ({ segment }) => segment);
}

function toGraphemeWidth(grapheme: string): number {
  if (WITHOUT_WIDTH.test(grapheme)) return 0;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}
