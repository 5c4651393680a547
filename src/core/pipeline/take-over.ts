import { describeError, toShownLine } from "../describe-error.ts";
import { describeValue } from "../expect.ts";
import { type Result, toFailure } from "../outcome.ts";
import { isState, OK, type State } from "../state.ts";
import type { Status } from "../status.ts";
import { writeStatus } from "../status-json.ts";

/** Makes a result of what a handler answered. Never throws: an answer that is no status is a failure. */
export type TakeOver = (answer: unknown) => Result;

/** A result that was taken over, with the names of its properties in their order. */
interface Known {
  readonly result: Result;
  readonly keys: readonly string[];
  readonly labelKeys: readonly string[];
}

/**
 * For one handler. Most handlers say the same again and again: what they said last is kept, so that it is not copied,
 * frozen and written again.
 */
export function createTakeOver(): TakeOver {
  let known: Known | undefined;

  return function takeOver(answer) {
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
      return toFailure("invalid", toShownLine(`returned ${describeValue(answer)} instead of a status`));
    }
    try {
      if (known !== undefined && saysTheSame(answer, known)) return known.result;
      const { state } = answer as { state?: unknown };
      if (!isState(state)) {
        return toFailure("invalid", toShownLine(`returned the unknown state ${describeValue(state)}`));
      }
      known = toKnown(copy(answer, state));
      return known.result;
    } catch (error) {
      return toFailure(
        "invalid",
        toShownLine(`returned a status that cannot be written: ${describeError(error)}`),
      );
    }
  };
}

/**
 * A copy, so that a handler which goes on using its object does not change what was reported. Its `toJSON`
 * stays behind: JSON would show another state than the one that counts.
 */
function copy(answer: object, state: State): Status {
  const status: Record<string, unknown> = { ...answer, state };
  if (typeof status["toJSON"] === "function") delete status["toJSON"];
  if (isPlainObject(status["labels"])) status["labels"] = Object.freeze({ ...status["labels"] });
  return Object.freeze(status) as Record<string, unknown> & Status;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws where the status cannot be written. */
function toKnown(status: Status): Known {
  writeStatus(status);
  return {
    result: { status, reason: status.state === OK ? undefined : "reported" },
    keys: Object.keys(status),
    labelKeys: Object.keys(status.labels ?? {}),
  };
}

function saysTheSame(answer: object, { result: { status }, keys, labelKeys }: Known): boolean {
  return hasSame(answer, status, keys, (key, value) => {
    return (
      key === "labels" && isPlainObject(value) && hasSame(value, status.labels ?? {}, labelKeys, isNever)
    );
  });
}

/** Whether a plain object has the same values under the same names in the same order. */
function hasSame(
  one: object,
  other: object,
  keys: readonly string[],
  isSameObject: (key: string, value: unknown) => boolean,
): boolean {
  if (Object.getPrototypeOf(one) !== Object.prototype) return false;
  let count = 0;
  for (const key in one) {
    if (key !== keys[count]) return false;
    count += 1;
    const value: unknown = (one as Readonly<Record<string, unknown>>)[key];
    const isSame = isPrimitive(value)
      ? value === (other as Readonly<Record<string, unknown>>)[key]
      : isSameObject(key, value);
    if (!isSame) return false;
  }
  return count === keys.length;
}

/** What is an object may have changed inside. */
function isNever(): boolean {
  return false;
}

function isPrimitive(value: unknown): boolean {
  return (typeof value !== "object" && typeof value !== "function") || value === null;
}
