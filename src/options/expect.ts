import { MAX_TIMER_MS } from "../util/clock.ts";
import { describeValue } from "../util/describe-value.ts";
import { expectShape } from "./read-options.ts";
import { choice, FLAG, FUNCTION, methods } from "./rules.ts";
import type { ChoiceShape, NumberShape } from "./shape.ts";
import { throwViolation, toError } from "./words.ts";

/** Throws a TypeError for a mistake that no shape can describe. */
export function failExpectation(option: string, expected: string, got: unknown): never {
  throw toError({ path: option, text: `expected ${expected}, got ${describeValue(got)}` });
}

export function expectFunction(option: string, value: unknown): void {
  expectShape(FUNCTION, value, option);
}

/** An object with the given methods, such as a logger or a registry. */
export function expectMethods(option: string, value: unknown, names: readonly string[]): void {
  expectShape(methods(...names), value, option);
}

export function expectObject(option: string, value: unknown): asserts value is object {
  expectShape({ kind: "map", values: { kind: "code", expected: "", isRight: () => true } }, value, option);
}

/** Rejects unknown keys. Otherwise, a misspelled option would silently fall back to its default. */
export function expectKnownKeys(option: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throwViolation({ kind: "unknown", path: option, key, known });
}

/** Milliseconds, counts, ratios. */
export function expectNumber(option: string, value: unknown, range: NumberRange): asserts value is number {
  expectShape({ kind: "number", max: MAX_TIMER_MS, ...range } as NumberShape, value, option);
}

export function expectText(option: string, value: unknown): asserts value is string {
  expectShape({ kind: "text", pattern: /^/u, expected: "a string" }, value, option);
}

export function expectBoolean(option: string, value: unknown): asserts value is boolean {
  expectShape(FLAG, value, option);
}

export function expectOneOf(option: string, value: unknown, allowed: ChoiceShape["values"]): void {
  expectShape(choice(...allowed), value, option);
}

/** The range of a numeric option. */
export interface NumberRange {
  readonly min: number;
  readonly max?: number;
  readonly integer?: boolean;
}
