/**
 * The shape of a part of a configuration. Its validation (`findMistakes`) and its JSON Schema
 * (`toJsonSchema`) are both derived from it.
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
  /** The purpose in one sentence, shown by the user's editor. */
  readonly help?: string;
  /** The value may be a secret, so error messages do not show it. */
  readonly isSecret?: true;
}

export interface TextShape extends Described {
  readonly kind: "text";
  /** A regular expression with the flag `u`. Default: any non-empty text. */
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

/** An object with arbitrary keys. */
export interface MapShape extends Described {
  readonly kind: "map";
  readonly values: Shape;
}

export interface ObjectShape extends Described {
  readonly kind: "object";
  readonly properties: Readonly<Record<string, Shape>>;
  /** The expected value in words. Default: an object. */
  readonly expected?: string;
  readonly required?: readonly string[];
}

/** One of several shapes, each of a different JSON type. */
export interface EitherShape extends Described {
  readonly kind: "either";
  readonly shapes: readonly Shape[];
}

/** An object whose other properties depend on the value of one of them. */
export interface VariantShape extends Described {
  readonly kind: "variant";
  readonly tag: string;
  readonly variants: Readonly<Record<string, ObjectShape>>;
  /** Values that users may try, each with the reason why it is rejected. */
  readonly refusals: Readonly<Record<string, string>>;
  /** The shape of an object that has this key instead of the tag. */
  readonly untagged: { readonly key: string; readonly shape: ObjectShape };
}

/** A value that a module can contain but JSON cannot: a function. The JSON Schema omits it. */
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
