import { describeError, toShownLine } from "../../util/describe-error.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isError } from "../../util/is-error.ts";
import { type Result, toFailure } from "../outcome.ts";
import { isState, OK, type State } from "../state.ts";
import type { Status } from "../status.ts";
import { writeStatus } from "../status-json.ts";

/** Makes a result of what a handler answered. Never throws: an answer that is no status is a failure. */
export type TakeOver = (answer: unknown) => Result;

/** A result that was taken over, and what an answer looks like that says the same. */
interface Known {
  readonly result: Result;
  readonly shape: Shape;
}

interface Shape {
  readonly values: Readonly<Record<string, unknown>>;
  /** The names of the values in their order, which JSON shows. */
  readonly keys: readonly string[];
  /** How the value `labels` looks, where that is an object. */
  readonly labels: Shape | undefined;
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
      if (known !== undefined && hasShape(answer, known.shape)) return known.result;
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
 * stays behind: JSON would show another state than the one that counts. An error as detail is its message.
 */
function copy(answer: object, state: State): Status {
  const status: Record<string, unknown> = { ...answer, state };
  if (typeof status["toJSON"] === "function") delete status["toJSON"];
  if (isError(status["detail"])) status["detail"] = describeError(status["detail"]);
  if (isPlainObject(status["labels"])) status["labels"] = Object.freeze({ ...status["labels"] });
  return Object.freeze(status) as Record<string, unknown> & Status;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws where the status cannot be written. */
function toKnown(status: Status): Known {
  writeStatus(status);
  const labels: unknown = status.labels;
  return {
    result: { status, reason: status.state === OK ? undefined : "reported" },
    shape: toShape(status, isPlainObject(labels) ? toShape(labels, undefined) : undefined),
  };
}

function toShape(values: object, labels: Shape | undefined): Shape {
  return { values: values as Readonly<Record<string, unknown>>, keys: Object.keys(values), labels };
}

/**
 * Whether a plain object has the same plain values under the same names in the same order. An object within it may
 * have changed inside: of these only labels are compared.
 */
function hasShape(candidate: object, { values, keys, labels }: Shape): boolean {
  if (Object.getPrototypeOf(candidate) !== Object.prototype) return false;
  let count = 0;
  for (const key in candidate) {
    if (key !== keys[count]) return false;
    count += 1;
    const value = (candidate as Readonly<Record<string, unknown>>)[key];
    const isSame = isPrimitive(value)
      ? value === values[key]
      : key === "labels" && labels !== undefined && isPlainObject(value) && hasShape(value, labels);
    if (!isSame) return false;
  }
  return count === keys.length;
}

function isPrimitive(value: unknown): boolean {
  return (typeof value !== "object" && typeof value !== "function") || value === null;
}
