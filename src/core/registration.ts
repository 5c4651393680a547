import { failExpectation } from "../options/expect.ts";
import { isClass } from "../util/describe-value.ts";
import { hasControlCharacters, isWellFormed } from "../util/text.ts";
import { isProvider, type StatusHandler } from "./handler.ts";

/** Maximum length of a handler name, in UTF-16 code units as `length` counts them. */
export const MAX_NAME_LENGTH = 200;

const NAME_RULE = `a non-empty string of at most ${MAX_NAME_LENGTH} characters without control characters`;

/** Throws a TypeError for a name that not every format can show. */
export function expectHandlerName(name: unknown, option = "name"): asserts name is string {
  const isUsable =
    typeof name === "string" &&
    name !== "" &&
    name.length <= MAX_NAME_LENGTH &&
    !hasControlCharacters(name) &&
    isWellFormed(name);
  if (!isUsable) failExpectation(option, NAME_RULE, name);
}

/**
 * Throws a TypeError for a value that cannot be run: a promise, a class itself, an object without `status`.
 */
export function expectHandler(handler: unknown): asserts handler is StatusHandler {
  const isFunction = typeof handler === "function" && !isClass(handler);
  const isObject = typeof handler === "object" && handler !== null;
  if (isFunction || (isObject && isProvider(handler))) return;
  failExpectation("handler", "a function or an object with a status() method", handler);
}
