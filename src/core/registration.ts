import { expectShape } from "../options/read-options.ts";
import { CONTROL_CHARACTERS } from "../options/rules.ts";
import type { CodeShape, TextShape } from "../options/shape.ts";
import { isClass } from "../util/describe-value.ts";
import { isProvider, type StatusHandler } from "./handler.ts";

/** Maximum length of a handler name, in UTF-16 code units as `length` counts them. */
export const MAX_NAME_LENGTH = 200;

/** A name that every format can show. */
export const HANDLER_NAME: TextShape = {
  kind: "text",
  pattern: new RegExp(`^[^${CONTROL_CHARACTERS}\\p{Surrogate}]+$`, "u"),
  maxLength: MAX_NAME_LENGTH,
  expected: `a non-empty string of at most ${MAX_NAME_LENGTH} characters without control characters`,
};

/** A value that can be run: not a promise, a class itself, or an object without `status`. */
export const HANDLER: CodeShape = {
  kind: "code",
  expected: "a function or an object with a status() method",
  isRight(value) {
    if (typeof value === "function") return !isClass(value);
    return typeof value === "object" && value !== null && isProvider(value);
  },
};

/** Throws a TypeError for a name that not every format can show. */
export function expectHandlerName(name: unknown): asserts name is string {
  expectShape(HANDLER_NAME, name, "name");
}

/** Throws a TypeError for a value that cannot be run. */
export function expectHandler(handler: unknown): asserts handler is StatusHandler {
  expectShape(HANDLER, handler, "handler");
}
