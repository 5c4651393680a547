import { KINDS } from "./kinds.ts";

const PATTERNS = Object.values(KINDS);

/**
 * The text with `***` in place of the secrets that are recognized, each by its kind. Best-effort: a secret that looks
 * like none of the kinds stays. Takes time in proportion to the length of the text.
 */
export function hideSecrets(text: string): string {
  return PATTERNS.reduce(
    (hidden, { pattern, replacement, clue = "" }) =>
      hidden.includes(clue) ? hidden.replace(pattern, replacement as () => string) : hidden,
    text,
  );
}
