import { describeError } from "../../util/describe-error.ts";
import { isThenable } from "../../util/thenable.ts";
import { type HandlerContext, isProvider, type StatusHandler } from "../handler.ts";
import { type Result, toFailure } from "../outcome.ts";
import { createToResult } from "./to-result.ts";

/** Calls a handler. Never throws and never rejects: every outcome is a result. */
export type Call = (context: HandlerContext) => Result | Promise<Result>;

/** The only place that calls a handler and catches its errors. A synchronous result needs no promise. */
export function normalize(handler: StatusHandler): Call {
  const toResult = createToResult();

  return function callHandler(context) {
    try {
      const answer: unknown = isProvider(handler) ? handler.status(context) : handler(context);
      return isThenable(answer) ? Promise.resolve(answer).then(toResult, toThrown) : toResult(answer);
    } catch (error) {
      return toThrown(error);
    }
  };
}

function toThrown(error: unknown): Result {
  return toFailure("threw", describeError(error));
}
