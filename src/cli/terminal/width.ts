// biome-ignore lint/suspicious/noControlCharactersInRegex: what is not ASCII takes longer to measure
const ASCII = /^[\u0000-\u007f]*$/;

/** Marks that stand on the letter before them, and what joins letters. */
const WITHOUT_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** What is shown as a picture: two columns. */
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;

/** The first and last of those that Unicode calls wide or full-width (UAX #11), in large pieces. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal a cleaned text takes. */
export function toWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  return toGraphemes(text).reduce((sum, grapheme) => sum + toGraphemeWidth(grapheme), 0);
}

/** The beginning of a text that fits, with `…` for the rest. */
export function truncate(text: string, width: number): string {
  if (toWidth(text) <= width) return text;
  let cut = "";
  let room = width - 1;
  for (const grapheme of toGraphemes(text)) {
    room -= toGraphemeWidth(grapheme);
    if (room < 0) break;
    cut += grapheme;
  }
  return width < 1 ? "" : `${cut}…`;
}

/** Fills up with spaces. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - toWidth(text)));
}

function toGraphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}

function toGraphemeWidth(grapheme: string): number {
  if (WITHOUT_WIDTH.test(grapheme)) return 0;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}
