import { describeError, toShownLine } from "../../util/describe-error.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isError } from "../../util/is-error.ts";
import { type Result, toFailure } from "../outcome.ts";
import { isState, OK, type State } from "../state.ts";
import type { Status } from "../status.ts";
import { writeStatus } from "../status-json.ts";

/** Converts a handler's return value. Never throws: a value that is not a status is a failure. */
export type ToResult = (answer: unknown) => Result;

/** A converted result, and the shape of the return values that lead to the same result. */
interface Known {
  readonly result: Result;
  readonly shape: Shape;
}

interface Shape {
  readonly values: Readonly<Record<string, unknown>>;
  /** The names of the values in their order, because JSON shows it. */
  readonly keys: readonly string[];
  /** The shape of the value `labels`, if that is an object. */
  readonly labels: Shape | undefined;
}

/**
 * Converts the results of one handler. Most handlers return the same status repeatedly, so the last one is
 * kept: it is not copied, frozen and serialized again.
 */
export function createToResult(): ToResult {
  let known: Known | undefined;

  return function toResult(answer) {
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
 * Copies the status, so that a handler that keeps using its object does not change what was reported. Drops
 * its `toJSON`, because JSON could otherwise show a state other than the one that counts. Replaces an error
 * as the detail with its message.
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

/** Throws if the status cannot be serialized. */
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
 * Whether a plain object has the same primitive values under the same names in the same order. Nested objects
 * may have changed inside, so they never match, except for `labels`, which are compared too.
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
