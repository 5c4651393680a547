import { describeError, toShownLine } from "../describe-error.ts";
import { describeValue } from "../expect.ts";
import { type HandlerContext, isProvider, type StatusHandler } from "../handler.ts";
import { type Result, toFailure } from "../outcome.ts";
import { isState, OK, type State } from "../state.ts";
import type { Status } from "../status.ts";
import { writeStatus } from "../status-json.ts";

/** Calls a handler. Never throws and never rejects: whatever the handler did, it is a result. */
export type Call = (context: HandlerContext) => Result | Promise<Result>;

/**
 * The one place where a handler is called, and the only one where what it throws is caught. A plain
 * answer stays plain: no promise is made for it.
 */
export function normalise(handler: StatusHandler): Call {
  return function callHandler(context) {
    try {
      const answer: unknown = isProvider(handler) ? handler.status(context) : handler(context);
      return isThenable(answer) ? settle(answer) : toResult(answer);
    } catch (error) {
      return toThrown(error);
    }
  };
}

async function settle(answer: PromiseLike<unknown>): Promise<Result> {
  try {
    return toResult(await answer);
  } catch (error) {
    return toThrown(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return typeof (value as { then?: unknown }).then === "function";
}

function toThrown(error: unknown): Result {
  return toFailure("threw", describeError(error));
}

function toResult(answer: unknown): Result {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    return toFailure("invalid", toShownLine(`returned ${describeValue(answer)} instead of a status`));
  }
  try {
    return toResultOfObject(answer);
  } catch (error) {
    return toFailure(
      "invalid",
      toShownLine(`returned a status that cannot be written: ${describeError(error)}`),
    );
  }
}

function toResultOfObject(answer: object): Result {
  const { state } = answer as { state?: unknown };
  if (!isState(state)) {
    return toFailure("invalid", toShownLine(`returned the unknown state ${describeValue(state)}`));
  }
  const status = takeOver(answer, state);
  writeStatus(status);
  return { status, reason: state === OK ? undefined : "reported" };
}

/**
 * A copy, so that a handler which goes on using its object does not change what was reported. Its `toJSON`
 * stays behind: JSON would show another state than the one that counts.
 */
function takeOver(answer: object, state: State): Status {
  const status: Record<string, unknown> = { ...answer, state };
  if (typeof status["toJSON"] === "function") delete status["toJSON"];
  if (isPlainObject(status["labels"])) status["labels"] = Object.freeze({ ...status["labels"] });
  return Object.freeze(status) as Record<string, unknown> & Status;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
