import type { StatusFunction } from "../../core/handler.ts";
import { OK, RED, type State, toWorseState, YELLOW } from "../../core/state.ts";
import type { Status } from "../../core/status.ts";
import { failExpectation } from "../../options/expect.ts";
import { describeError, toShownLine } from "../../util/describe-error.ts";
import { describeValue } from "../../util/describe-value.ts";
import { isError } from "../../util/is-error.ts";
import { toShownProperties } from "./shown-properties.ts";

/** The result of an indicator by key: `{ database: { status: "up" } }`. */
export type IndicatorResult = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** An indicator of @nestjs/terminus 11 or 12: a function, or the return value of `attempt()`. */
export type Indicator = (() => IndicatorResult | PromiseLike<IndicatorResult>) | PromiseLike<IndicatorResult>;

const STATES_OF_INDICATORS: ReadonlyMap<unknown, State> = new Map([
  ["up", OK],
  ["degraded", YELLOW],
  ["down", RED],
]);

/** The error of an indicator of @nestjs/terminus 11, with its results as causes. */
interface HealthCheckError extends Error {
  readonly causes: unknown;
}

/**
 * Converts an indicator of @nestjs/terminus to a status handler: `up` is OK, `degraded` is YELLOW, `down` and
 * errors are RED. The message becomes the detail. The other properties are kept, with secrets in their texts
 * redacted. If there are several keys, the worst state counts.
 *
 * @example
 * addStatusHandler("Database", fromIndicator(() => typeOrm.pingCheck("database")));
 * @throws TypeError for a promise, which would give the same result forever.
 */
export function fromIndicator(indicator: Indicator): StatusFunction {
  if (indicator instanceof Promise) failExpectation("indicator", "a function", indicator);
  return async function checkIndicator() {
    try {
      return toWorst(await (typeof indicator === "function" ? indicator() : indicator));
    } catch (error) {
      if (isHealthCheckError(error)) return toStatusOfError(error);
      throw error;
    }
  };
}

function toWorst(result: IndicatorResult): Status {
  const [first, ...further] = Object.entries(result).map(fromResult);
  if (first === undefined) throw new Error("the indicator reported nothing");
  return further.reduce(toWorseStatus, first);
}

function fromResult([key, { status, message, ...properties }]: [string, IndicatorResult[string]]): Status {
  const state = STATES_OF_INDICATORS.get(status);
  if (state === undefined)
    throw new Error(`the indicator ${key} reported the unknown status ${describeValue(status)}`);
  const detail = isError(message) ? describeError(message) : message;
  const own = { state, ...(typeof detail === "string" && { detail: toShownLine(detail) }) };
  return { ...own, ...toShownProperties(properties), ...own };
}

function toWorseStatus(one: Status, other: Status): Status {
  return toWorseState(one.state, other.state) === one.state ? one : other;
}

function isHealthCheckError(error: unknown): error is HealthCheckError {
  return isError(error) && (error as { causes?: unknown }).causes !== undefined;
}

/** Always RED. If the causes are results, the worst one adds its message and properties. */
function toStatusOfError(error: HealthCheckError): Status {
  const message = describeError(error);
  const cause = toStatusOfCauses(error.causes);
  const further =
    typeof cause.detail === "string" && !message.includes(cause.detail) ? `: ${cause.detail}` : "";
  return { ...cause, state: RED, detail: toShownLine(message + further) };
}

function toStatusOfCauses(causes: unknown): Status {
  try {
    return toWorst(causes as IndicatorResult);
  } catch {
    return { state: RED, ...toShownProperties({ causes }) };
  }
}
