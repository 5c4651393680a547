/** What stands in place of a secret. */
export const HIDDEN = "***";

/** What a kind writes for a match: a pattern for `String.replace()`, or a function with the same arguments. */
type Replacement = string | ((match: string, ...groups: never[]) => string);

/** A kind of secrets that the library knows: how it is found, and what is written in its place. */
export interface Kind {
  readonly pattern: RegExp;
  readonly replacement: Replacement;
  /** A text without this holds no secret of this kind: most texts are never searched for most kinds. */
  readonly clue?: string;
}

/** A pattern from its parts, which finds every match and ignores case. */
export function toPattern(...parts: readonly string[]): RegExp {
  return new RegExp(parts.join(""), "gi");
}

/** Hides what a pattern finds behind its first group. */
export function hideBehind(...parts: readonly string[]): Kind {
  return { pattern: toPattern(...parts), replacement: `$1${HIDDEN}` };
}

/** The same for texts with a clue only. */
export function withClue(clue: string, kind: Kind): Kind {
  return { ...kind, clue };
}

/** Hides everything that a pattern finds. */
export function hideWhole(pattern: RegExp): Kind {
  return { pattern, replacement: HIDDEN };
}
