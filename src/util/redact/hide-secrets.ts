import { KINDS } from "./kinds.ts";

const PATTERNS = Object.values(KINDS);

/**
 * Replaces recognized secrets with `***`. Redaction is best-effort: it leaves secrets that match none of the
 * kinds. The time is proportional to the length of the text.
 */
export function hideSecrets(text: string): string {
  return PATTERNS.reduce(
    (hidden, { pattern, replacement, clue = "" }) =>
      hidden.includes(clue) ? hidden.replace(pattern, replacement as () => string) : hidden,
    text,
  );
}
