import { describeValue } from "../util/describe-value.ts";
import { expectShape } from "./read-options.ts";
import { FUNCTION, methods } from "./rules.ts";
import { toError } from "./words.ts";

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
