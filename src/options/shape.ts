/**
 * What a part of a configuration may be. Its validation (`findMistakes`) and its JSON Schema (`toJsonSchema`) both come
 * from this one description.
 */
export type Shape =
  | TextShape
  | NumberShape
  | FlagShape
  | ChoiceShape
  | ListShape
  | MapShape
  | ObjectShape
  | EitherShape
  | VariantShape
  | CodeShape;

interface Described {
  /** What it is for, in a sentence, for the reader's editor. */
  readonly help?: string;
  /** What stands there may be a secret, and is not shown when it is wrong. */
  readonly isSecret?: true;
}

export interface TextShape extends Described {
  readonly kind: "text";
  /** A regular expression that is read with the flag `u`. Left out: any text but an empty one. */
  readonly pattern?: string;
  /** The pattern in words. */
  readonly expected?: string;
}

export interface NumberShape extends Described {
  readonly kind: "number";
  readonly min?: number;
  readonly max?: number;
  readonly integer?: true;
}

export interface FlagShape extends Described {
  readonly kind: "flag";
}

export interface ChoiceShape extends Described {
  readonly kind: "choice";
  readonly values: readonly (string | number | boolean | null)[];
}

export interface ListShape extends Described {
  readonly kind: "list";
  readonly items: Shape;
  readonly isNonEmpty?: true;
}

/** An object whose keys are free. */
export interface MapShape extends Described {
  readonly kind: "map";
  readonly values: Shape;
}

export interface ObjectShape extends Described {
  readonly kind: "object";
  readonly properties: Readonly<Record<string, Shape>>;
  /** What it is in words. Left out: an object. */
  readonly expected?: string;
  readonly required?: readonly string[];
}

/** One of several; no two of them are of the same type of JSON. */
export interface EitherShape extends Described {
  readonly kind: "either";
  readonly shapes: readonly Shape[];
}

/** An object whose other properties depend on the value of one of them. */
export interface VariantShape extends Described {
  readonly kind: "variant";
  readonly tag: string;
  readonly variants: Readonly<Record<string, ObjectShape>>;
  /** Values that somebody may try, and why they cannot be. */
  readonly refusals: Readonly<Record<string, string>>;
  /** What an object without the tag is, where it has this key. */
  readonly untagged: { readonly key: string; readonly shape: ObjectShape };
}

/** Something that JSON cannot hold, and a module can: a function. The JSON Schema does not know of it. */
export interface CodeShape extends Described {
  readonly kind: "code";
  readonly expected: string;
  readonly isRight: (value: unknown) => boolean;
}

/** A function of the application. */
export const FUNCTION: CodeShape = {
  kind: "code",
  expected: "a function",
  isRight: (value) => typeof value === "function",
};
