import { MAX_TIMER_MS } from "../util/clock.ts";
import { describeValue, isClass } from "../util/describe-value.ts";
import { hasControlCharacters } from "../util/text.ts";

/** The range of a numeric option. */
export interface NumberRange {
  readonly min: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/**
 * Setup mistakes throw immediately. The message names the option, the expected value and the actual value:
 * `timeoutMs: expected a number from 1 to 2147483647, got -5`.
 */
export function failExpectation(option: string, expected: string, got: unknown): never {
  throw new TypeError(`${option}: expected ${expected}, got ${describeValue(got)}`);
}

export function expectObject(option: string, value: unknown): asserts value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    failExpectation(option, "an object", value);
  }
}

/** Rejects unknown keys. Otherwise, a misspelled option would silently fall back to its default. */
export function expectKnownKeys(option: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new TypeError(
      `${option}: unknown option ${describeValue(key)}, expected one of ${known.join(", ")}`,
    );
  }
}

/** Milliseconds, counts, ratios. `undefined` is rejected: callers apply the default first. */
export function expectNumber(option: string, value: unknown, range: NumberRange): asserts value is number {
  const { min, max = MAX_TIMER_MS, integer = false } = range;
  const isInRange = typeof value === "number" && value >= min && value <= max;
  if (isInRange && (!integer || Number.isInteger(value))) return;
  failExpectation(option, `${integer ? "an integer" : "a number"} from ${min} to ${max}`, value);
}

export function expectText(option: string, value: unknown): asserts value is string {
  if (typeof value !== "string") failExpectation(option, "a string", value);
}

/** A short line for people: not empty, and without control characters. */
export function expectLine(option: string, value: unknown, maxLength: number): asserts value is string {
  if (!isLine(value, maxLength))
    failExpectation(option, `1 to ${maxLength} characters, none of them a control character`, value);
}

export function isLine(value: unknown, maxLength: number): value is string {
  return (
    typeof value === "string" && value !== "" && value.length <= maxLength && !hasControlCharacters(value)
  );
}

export function expectBoolean(option: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") failExpectation(option, "true or false", value);
}

export function expectFunction(option: string, value: unknown): void {
  if (typeof value !== "function" || isClass(value)) failExpectation(option, "a function", value);
}

export function expectOneOf(option: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value)) failExpectation(option, allowed.map(describeValue).join(" or "), value);
}

/** An object with the given methods, such as a logger or a registry. */
export function expectMethods(option: string, value: unknown, methods: readonly string[]): void {
  const isUsable =
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === "function");
  if (!isUsable)
    failExpectation(option, `an object with ${methods.map((name) => `${name}()`).join(", ")}`, value);
}
