import {
  expectBoolean,
  expectFunction,
  expectKnownKeys,
  expectNumber,
  expectObject,
  expectText,
  failExpectation,
} from "../../options/expect.ts";
import { hasControlCharacters } from "../../util/text.ts";

/** Throws a TypeError that names the option. */
export type Expectation = (option: string, value: unknown) => void;

/** The expectation for each option of a check. A missing option does not compile. */
export type Expectations<Options> = Readonly<Record<keyof Options, Expectation>>;

export function expectOptions<Options extends object>(
  options: Options,
  expectations: Expectations<Options>,
): void {
  expectObject("options", options);
  const names = Object.keys(expectations) as (keyof Options & string)[];
  expectKnownKeys("options", options, names);
  for (const name of names) {
    if (options[name] !== undefined) expectations[name](name, options[name]);
  }
}

/** Milliseconds, seconds, days, bytes: any number that is not negative. */
export function expectAmount(option: string, value: unknown): void {
  expectNumber(option, value, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

export function expectCount(option: string, value: unknown): void {
  expectNumber(option, value, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
}

/** A ratio, from 0 to 1. */
export function expectRatio(option: string, value: unknown): void {
  expectNumber(option, value, { min: 0, max: 1 });
}

export function expectPort(option: string, value: unknown): void {
  expectNumber(option, value, { min: 1, max: 65_535, integer: true });
}

/** A name, a path, a host. */
export function expectNonEmptyText(option: string, value: unknown): asserts value is string {
  expectText(option, value);
  if (value === "" || hasControlCharacters(value))
    failExpectation(option, "a non-empty string without control characters", value);
}

export { expectBoolean, expectFunction };
