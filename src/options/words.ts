import { describeValue } from "../util/describe-value.ts";
import type { NumberShape, Shape, Violation } from "./shape.ts";

/** The path of a mistake, and the expected value. */
export interface Mistake {
  /** `checks[2].timeoutMs`; empty for the whole value. */
  readonly path: string;
  /** `expected a number ≥ 1, got "fast"` */
  readonly text: string;
}

const MISTAKE = Symbol("mistake");

/** A TypeError that also contains the mistake as data, for `toMistake`. */
export function toError(mistake: Mistake, message = `${mistake.path}: ${mistake.text}`): TypeError {
  return Object.defineProperty(new TypeError(message), MISTAKE, { value: mistake });
}

/** Returns the mistake in an error that `toError` created. */
export function toMistake(error: unknown): Mistake | undefined {
  return (error as { readonly [MISTAKE]?: Mistake } | null | undefined)?.[MISTAKE];
}

/**
 * Setup mistakes throw immediately. The message names the option, the expected value and the actual value:
 * `timeoutMs: expected a number from 1 to 2147483647, got -5`. The stack begins where `caller` was called, because
 * nested options would otherwise hide the line of the application.
 */
export function throwViolation(violation: Violation, caller: CallableFunction): never {
  const error = toViolationError(violation);
  captureStackTrace?.(error, caller);
  throw error;
}

/** V8 and JavaScriptCore have it; its types are those of Node.js. */
const { captureStackTrace } = Error as {
  readonly captureStackTrace?: (error: Error, caller: CallableFunction) => void;
};

function toViolationError(violation: Violation): TypeError {
  const { path } = violation;
  if (violation.kind === "rule") return toError(violation);
  if (violation.kind === "unknown") {
    const key = describeValue(violation.key);
    const text = `unknown option ${key}, expected one of ${violation.known.join(", ")}`;
    return toError({ path, text }, `${path || "options"}: ${text}`);
  }
  const { shape, value } = violation;
  const text = shape.mistake ?? `expected ${describeShape(shape)}, got ${describeGot(shape, value)}`;
  return toError({ path, text }, `${path || "options"}: ${text}`);
}

type DescribeNumber = (shape: NumberShape) => string;

/** Describes the expected value. */
export function describeShape(shape: Shape, describeNumber: DescribeNumber = describeRange): string {
  return shape.expected ?? WORDS[shape.kind](shape as never, describeNumber);
}

const WORDS: {
  readonly [Kind in Shape["kind"]]: (
    shape: Extract<Shape, { kind: Kind }>,
    describeNumber: DescribeNumber,
  ) => string;
} = {
  text: () => "a non-empty string",
  number: (shape, describeNumber) => describeNumber(shape),
  flag: () => "true or false",
  choice: ({ values }) => values.map(describeValue).join(" or "),
  list: ({ isNonEmpty }) => (isNonEmpty ? "an array with at least one item" : "an array"),
  map: () => "an object",
  object: () => "an object",
  either: ({ shapes }, describeNumber) =>
    [...new Set(shapes.map((shape) => describeShape(shape, describeNumber)))].join(" or "),
  code: ({ expected }) => expected,
};

function describeRange({ min, max, integer }: NumberShape): string {
  return `${integer ? "an integer" : "a number"} from ${min} to ${max}`;
}

function describeGot({ isSecret, got }: Shape, value: unknown): string {
  if (got !== undefined) return got(value);
  return isSecret && typeof value === "string" ? "another text" : describeValue(value);
}
