import { MAX_TIMER_MS } from "../util/clock.ts";
import { isClass } from "../util/describe-value.ts";
import type { ChoiceShape, CodeShape, FlagShape, NumberShape, TextShape } from "./shape.ts";

/** Milliseconds for a timer. */
export const DELAY_MS: NumberShape = { kind: "number", min: 0, max: MAX_TIMER_MS };

/** Milliseconds for a timer, at least one. */
export const PERIOD_MS: NumberShape = { ...DELAY_MS, min: 1 };

/** Milliseconds, bytes, days: any number that is not negative. */
export const AMOUNT: NumberShape = { kind: "number", min: 0, max: Number.MAX_SAFE_INTEGER };

export const COUNT: NumberShape = { ...AMOUNT, integer: true };

export const RATIO: NumberShape = { kind: "number", min: 0, max: 1 };

export const PORT: NumberShape = { kind: "number", min: 1, max: 65_535, integer: true };

/** Port 0 lets the system choose. */
export const LISTEN_PORT: NumberShape = { ...PORT, min: 0 };

export const FLAG: FlagShape = { kind: "flag" };

/** C0, DEL and C1, for a character class with the flag `u`. */
export const CONTROL_CHARACTERS = "\\p{Cc}";

/** A file path, a topic: any text in one line. */
export const LINE: TextShape = {
  kind: "text",
  pattern: new RegExp(`^[^${CONTROL_CHARACTERS}]+$`, "u"),
  expected: "a non-empty string without control characters",
};

export const TEXT: TextShape = { kind: "text", pattern: /^/u, expected: "a string" };

/** A short line for people. */
export function line(maxLength: number): TextShape {
  return { ...LINE, maxLength, expected: `1 to ${maxLength} characters, none of them a control character` };
}

/** Maximum length of a URL. */
const MAX_URL_LENGTH = 2_000;

/** No other protocols: `javascript:` would act on behalf of the user who clicks. */
export const HTTP_URL: TextShape = {
  kind: "text",
  pattern: /^[Hh][Tt][Tt][Pp][Ss]?:\/\/\S+$/u,
  maxLength: MAX_URL_LENGTH,
  isRight: (url) => URL.canParse(url),
  expected: `an http or https URL of at most ${MAX_URL_LENGTH} characters`,
};

/** A function of the application. */
export const FUNCTION: CodeShape = {
  kind: "code",
  expected: "a function",
  isRight: (value) => typeof value === "function" && !isClass(value),
};

/** An object with the given methods, such as a logger or a registry. */
export function methods(...names: readonly string[]): CodeShape {
  return {
    kind: "code",
    expected: `an object with ${names.map((name) => `${name}()`).join(", ")}`,
    isRight: (value) =>
      (typeof value === "object" || typeof value === "function") &&
      value !== null &&
      names.every((name) => typeof (value as Record<string, unknown>)[name] === "function"),
  };
}

/** A value that other code validates. */
export const ANY: CodeShape = { kind: "code", expected: "any value", isRight: () => true };

export const LOGGER: CodeShape = methods("info", "warn", "error");

export const CLOCK: CodeShape = methods("now", "monotonicNow", "random", "startTimer");

export function choice(...values: ChoiceShape["values"]): ChoiceShape {
  return { kind: "choice", values };
}
