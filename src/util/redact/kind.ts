/** The text that replaces a secret. */
export const HIDDEN = "***";

/** The replacement for a match: a pattern for `String.replace()`, or a function with the same arguments. */
type Replacement = string | ((match: string, ...groups: never[]) => string);

/** A kind of secret: the pattern that finds it, and its replacement. */
export interface Kind {
  readonly pattern: RegExp;
  readonly replacement: Replacement;
  /** A text without the clue cannot contain this kind of secret, so most texts are searched for only a few kinds. */
  readonly clue?: string;
}

/** `String.raw`, for patterns with other patterns in them. */
export const raw: typeof String.raw = String.raw;

/** Builds a pattern that finds all matches and ignores case. */
export function toPattern(...parts: readonly string[]): RegExp {
  return new RegExp(parts.join(""), "gi");
}

/** Hides the part of a match that follows its first group. */
export function hideBehind(...parts: readonly string[]): Kind {
  return { pattern: toPattern(...parts), replacement: `$1${HIDDEN}` };
}

/** Limits a kind to texts that contain the clue. */
export function withClue(clue: string, kind: Kind): Kind {
  return { ...kind, clue };
}

/** Hides the whole match. */
export function hideWhole(pattern: RegExp): Kind {
  return { pattern, replacement: HIDDEN };
}
