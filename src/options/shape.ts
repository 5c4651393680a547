/**
 * The shape of an option or of a section of a configuration, as data. Validation (`read`), error messages and
 * the JSON Schema (`toJsonSchema`) are all derived from it.
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
  | CodeShape;

interface Described {
  /** The expected value in words. Default: derived from the shape. */
  readonly expected?: string;
  /** The whole text of a mismatch. It replaces the expected and the actual value. */
  readonly mistake?: string;
  /** The purpose in one sentence, shown by the user's editor. */
  readonly help?: string;
  /** The value may be a secret, so error messages do not show it. */
  readonly isSecret?: true;
  /** Describes a wrong value without showing it. */
  readonly got?: (value: unknown) => string;
}

export interface TextShape extends Described {
  readonly kind: "text";
  /** A regular expression with the flag `u` only. Default: any non-empty text. */
  readonly pattern?: RegExp;
  /** In UTF-16 code units, as `length` counts them. */
  readonly maxLength?: number;
  /** A further rule, which the JSON Schema omits. */
  readonly isRight?: (text: string) => boolean;
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
  readonly maxItems?: number;
}

/** An object with arbitrary keys. */
export interface MapShape extends Described {
  readonly kind: "map";
  readonly values: Shape;
}

export interface ObjectShape extends Described {
  readonly kind: "object";
  readonly properties: Shapes;
  /** Describes a missing property, if its name alone is not enough. */
  readonly missing?: (path: string, key: string) => Violation | undefined;
}

/** One of several shapes: the first that fits, or else the first of the same JSON type. */
export interface EitherShape extends Described {
  readonly kind: "either";
  readonly shapes: readonly Shape[];
  /** Chooses by the content of the value. If there is no shape for it, returns the mistake. */
  readonly choose?: (value: Readonly<Record<string, unknown>>, path: string) => Shape | Violation;
}

/** A value that a module can contain but JSON cannot: a function. The JSON Schema omits it. */
export interface CodeShape extends Described {
  readonly kind: "code";
  readonly expected: string;
  readonly isRight: (value: unknown) => boolean;
}

/** The shapes of the properties of an object. */
export type Shapes = Readonly<Record<string, OptionShape>>;

export type OptionShape = Shape & {
  /** The value of an option that is not given. */
  readonly default?: unknown;
  readonly required?: true;
};

/** A mistake, as data. */
export type Violation =
  | { readonly kind: "mismatch"; readonly path: string; readonly shape: Shape; readonly value: unknown }
  | { readonly kind: "missing"; readonly path: string; readonly shape: Shape; readonly value?: undefined }
  | {
      readonly kind: "unknown";
      /** The path of the object. */
      readonly path: string;
      readonly key: string;
      readonly known: readonly string[];
    }
  | { readonly kind: "rule"; readonly path: string; readonly text: string };

/**
 * The shape of each option. It does not compile if an option is missing, or the default of an option that the
 * resolved options always have.
 */
export type OptionShapes<Options, Resolved = Required<Options>> = {
  readonly [Key in keyof Options]-?: Shape & Role<Options, Resolved, Key>;
};

type Role<Options, Resolved, Key extends keyof Options> =
  Pick<Options, Key> extends Required<Pick<Options, Key>>
    ? { readonly required: true; readonly default?: never }
    : Key extends keyof Resolved
      ? undefined extends Resolved[Key]
        ? { readonly required?: never; readonly default?: never }
        : { readonly required?: never; readonly default: Exclude<Options[Key], undefined> }
      : { readonly required?: never; readonly default?: never };

/** Options with their defaults. The keys in `WithoutDefault` have none. */
export type WithDefaults<Options, WithoutDefault extends keyof Options = never> = Required<
  Omit<Options, WithoutDefault>
> &
  Pick<Options, WithoutDefault>;
