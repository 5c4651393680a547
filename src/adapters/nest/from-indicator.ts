import { toShownLine } from "../../core/describe-error.ts";
import { describeValue, failExpectation } from "../../core/expect.ts";
import type { StatusFunction } from "../../core/handler.ts";
import { OK, RED, type State, toWorseState, YELLOW } from "../../core/state.ts";
import type { Status } from "../../core/status.ts";

/** What an indicator reports, by its key: `{ database: { status: "up" } }`. */
export type IndicatorResult = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** An indicator of @nestjs/terminus 11 or 12: a function, or what `attempt()` returns. */
export type Indicator = (() => IndicatorResult | PromiseLike<IndicatorResult>) | PromiseLike<IndicatorResult>;

const STATES_OF_INDICATORS: ReadonlyMap<unknown, State> = new Map([
  ["up", OK],
  ["degraded", YELLOW],
  ["down", RED],
]);

/**
 * Turns an indicator of @nestjs/terminus into a status handler: `up` is OK, `degraded` YELLOW, `down` and whatever
 * it throws RED. Its message becomes the detail. Of several keys the worst counts.
 *
 * @example
 * addStatusHandler("Database", fromIndicator(() => typeOrm.pingCheck("database")));
 * @throws TypeError for a promise, which could be asked only once.
 */
export function fromIndicator(indicator: Indicator): StatusFunction {
  if (indicator instanceof Promise) failExpectation("indicator", "a function", indicator);
  return async function askIndicator() {
    const result = await (typeof indicator === "function" ? indicator() : indicator);
    const [first, ...further] = Object.entries(result).map(toStatus);
    if (first === undefined) throw new Error("the indicator reported nothing");
    return further.reduce(toWorseStatus, first);
  };
}

function toStatus([key, { status, message, ...properties }]: [string, IndicatorResult[string]]): Status {
  const state = STATES_OF_INDICATORS.get(status);
  if (state === undefined)
    throw new Error(`the indicator ${key} reported the unknown status ${describeValue(status)}`);
  const own = { state, ...(typeof message === "string" && { detail: toShownLine(message) }) };
  return { ...own, ...properties, ...own };
}

function toWorseStatus(one: Status, other: Status): Status {
  return toWorseState(one.state, other.state) === one.state ? one : other;
}
