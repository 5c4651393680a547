import { describeValue } from "../util/describe-value.ts";
import { didYouMean } from "../util/suggest.ts";
import type { ObjectShape, Shape } from "./shape.ts";

/** A mistake in a configuration. */
export interface Mistake {
  /** `checks[2].timeoutMs`; empty for the whole configuration. */
  readonly path: string;
  /** `expected a number ≥ 1, got "fast"` */
  readonly text: string;
}

/** Larger limits are shown only when exceeded. */
const MAX_NAMED_LIMIT = 1_000_000;

/** Finds all mistakes, in the order of the description. Without mistakes, the value has the shape. */
export function findMistakes(shape: Shape, value: unknown, path = ""): Mistake[] {
  return FINDERS[shape.kind](shape as never, value, path);
}

/** `checks`, `checks[2]`, `checks[2].name`, `headers["x y"]` */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[\w$-]+$/.test(key)) return `${path}[${describeValue(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** `. Did you mean name?`, or an empty string. */
export function toHint(word: string, known: readonly string[]): string {
  const hint = didYouMean(word, known);
  return hint === "." ? "" : hint;
}

type Finders = {
  readonly [Kind in Shape["kind"]]: (
    shape: Extract<Shape, { kind: Kind }>,
    value: unknown,
    path: string,
  ) => Mistake[];
};

const FINDERS: Finders = {
  text(shape, value, path) {
    const { pattern } = shape;
    const isRight =
      typeof value === "string" &&
      (pattern === undefined ? value !== "" : new RegExp(pattern, "u").test(value));
    return isRight ? [] : mismatch(shape, value, path);
  },
  number(shape, value, path) {
    const { min = -Infinity, max = Infinity, integer = false } = shape;
    const isInRange = typeof value === "number" && Number.isFinite(value) && value >= min && value <= max;
    return isInRange && (!integer || Number.isInteger(value)) ? [] : mismatch(shape, value, path);
  },
  flag: (shape, value, path) => (typeof value === "boolean" ? [] : mismatch(shape, value, path)),
  choice(shape, value, path) {
    if (shape.values.includes(value as string)) return [];
    const near = typeof value === "string" ? toHint(value, shape.values.map(String)) : "";
    return mismatch(shape, value, path, near);
  },
  list(shape, value, path) {
    if (!Array.isArray(value) || (shape.isNonEmpty === true && value.length === 0))
      return mismatch(shape, value, path);
    return Array.from(value, (item, index) => findMistakes(shape.items, item, joinPath(path, index))).flat();
  },
  map(shape, value, path) {
    if (!isPlainObject(value)) return mismatch(shape, value, path);
    return Object.entries(value).flatMap(([key, each]) =>
      findMistakes(shape.values, each, joinPath(path, key)),
    );
  },
  object(shape, value, path) {
    if (!isPlainObject(value)) return mismatch(shape, value, path);
    return [...findMissing(shape, value, path), ...findWrongProperties(shape, value, path)];
  },
  either(shape, value, path) {
    const candidate = shape.shapes.find((each) => isOfType(each, value));
    return candidate === undefined ? mismatch(shape, value, path) : findMistakes(candidate, value, path);
  },
  variant(shape, value, path) {
    const { tag, variants, refusals, untagged } = shape;
    if (!isPlainObject(value)) return mismatch(shape, value, path);
    if (!Object.hasOwn(value, tag) && Object.hasOwn(value, untagged.key))
      return findMistakes(untagged.shape, value, path);
    const chosen = value[tag];
    const [variant, refusal] = [variants, refusals].map((table) =>
      typeof chosen === "string" && Object.hasOwn(table, chosen) ? table[chosen] : undefined,
    ) as [ObjectShape | undefined, string | undefined];
    if (variant !== undefined) return findMistakes(variant, value, path);
    if (refusal !== undefined) return [{ path: joinPath(path, tag), text: refusal }];
    return findMistakes({ kind: "choice", values: Object.keys(variants) }, chosen, joinPath(path, tag));
  },
  code: (shape, value, path) => (shape.isRight(value) ? [] : mismatch(shape, value, path)),
};

function findMissing({ required = [] }: ObjectShape, value: object, path: string): Mistake[] {
  return required
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => ({ path: joinPath(path, key), text: "is missing" }));
}

function findWrongProperties({ properties }: ObjectShape, value: object, path: string): Mistake[] {
  const known = Object.keys(properties);
  return Object.entries(value).flatMap(([key, each]) => {
    const shape = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (shape !== undefined) return findMistakes(shape, each, joinPath(path, key));
    const near = toHint(key, known) || `. Known are ${known.join(", ")}`;
    return [{ path: joinPath(path, key), text: `unknown key${near}` }];
  });
}

function mismatch(shape: Shape, value: unknown, path: string, hint = ""): Mistake[] {
  const shown = shape.isSecret === true ? "something else" : describeValue(value);
  const got = value === undefined ? "nothing" : shown;
  return [{ path, text: `expected ${describeShape(shape, value)}, got ${got}${hint}` }];
}

/** Describes the expected value; for a number, with the limits that matter for this value. */
function describeShape(shape: Shape, value?: unknown): string {
  if (shape.kind === "either") return shape.shapes.map((each) => describeShape(each)).join(" or ");
  if (shape.kind === "choice") return shape.values.map(describeValue).join(" or ");
  if (shape.kind === "text" || shape.kind === "code") return shape.expected ?? "a non-empty string";
  if (shape.kind === "flag") return "true or false";
  if (shape.kind === "list")
    return shape.isNonEmpty === true ? "an array with at least one item" : "an array";
  if (shape.kind === "object") return shape.expected ?? "an object";
  if (shape.kind !== "number") return "an object";
  const { min = -Infinity, max = Infinity, integer } = shape;
  const what = integer === true ? "an integer" : "a number";
  if (typeof value === "number" && value > max) return `${what} ≤ ${max}`;
  if (max <= MAX_NAMED_LIMIT) return `${what} from ${min} to ${max}`;
  return min === -Infinity ? what : `${what} ≥ ${min}`;
}

type JsonType = "string" | "number" | "boolean" | "array" | "object" | "null" | "other";

const TYPE_OF_KIND: Readonly<Record<Exclude<Shape["kind"], "choice" | "either" | "code">, JsonType>> = {
  text: "string",
  number: "number",
  flag: "boolean",
  list: "array",
  map: "object",
  object: "object",
  variant: "object",
};

/** Whether the value has the JSON type of the shape, valid or not. */
function isOfType(shape: Shape, value: unknown): boolean {
  if (shape.kind === "code") return shape.isRight(value);
  if (shape.kind === "either") return shape.shapes.some((each) => isOfType(each, value));
  if (shape.kind === "choice") return shape.values.some((each) => toType(each) === toType(value));
  return TYPE_OF_KIND[shape.kind] === toType(value);
}

function toType(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" || type === "object" ? type : "other";
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return toType(value) === "object";
}
