import type { Clock } from "../../util/clock.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import { type Ask, type Outcome, type Result, toFailure } from "../outcome.ts";
import { CallContext } from "./call-context.ts";
import type { Deadlines, Waiting } from "./deadlines.ts";
import type { Call } from "./normalise.ts";

/** Calls of a handler that does not settle are at most this far apart, so that its recovery is seen. */
export const MAX_HUNG_BACKOFF_MS = 60_000;

export interface DeadlineOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Those of `timeoutMs`. */
  readonly deadlines: Deadlines;
}

/** A call whose handler has answered with a promise. */
interface RunningCall extends Waiting {
  readonly context: CallContext;
  readonly resolve: (outcome: Outcome) => void;
  isOver: boolean;
}

export interface Deadline {
  readonly ask: Ask;
  /** How long the call under way has run; 0 if there is none. */
  readonly runningMs: number;
  /** Aborts what is running. Whoever waits for it is answered at once; nothing is called any more. */
  stop(): void;
}

/**
 * Gives each call of a handler a deadline. It is a race, not a request: at the deadline the outcome is
 * RED, whatever the handler does. While such a call is unsettled, new calls back off from `timeoutMs`,
 * doubling with each that is, to one in 60 s: a handler that never settles costs a bounded trickle, and so does
 * one that settles only now and then.
 */
export function withDeadline(call: Call, { name, timeoutMs, clock, deadlines }: DeadlineOptions): Deadline {
  let stopped = false;
  let current: RunningCall | undefined;
  let unsettled = 0;
  /** When the first call began that timed out since the handler last settled. */
  let hungSince: number | undefined;
  let nextCallAt = Number.NEGATIVE_INFINITY;

  function ask(): Outcome | Promise<Outcome> {
    const startedAt = clock.monotonicNow();
    if (stopped) return toOutcome(toFailure("stale", "no longer asked"), startedAt);
    if (startedAt < nextCallAt) return toHung(startedAt);
    const context = new CallContext(name);
    const result = call(context);
    if (result instanceof Promise) return race(result, context, startedAt);
    noteSettled();
    return toOutcome(result, startedAt);
  }

  function race(pending: Promise<Result>, context: CallContext, startedAt: number): Promise<Outcome> {
    return new Promise(function startRace(resolve) {
      const running: RunningCall = {
        startedAt,
        atDeadline,
        before: undefined,
        after: undefined,
        context,
        resolve,
        isOver: false,
      };
      current = running;
      deadlines.begin(running);
      if (stopped) stopCurrent(); // the handler removed itself while it was called
      void pending.then((result) => settle(running, result));
    });
  }

  function settle(running: RunningCall, result: Result): void {
    // Even a late answer, which itself is dropped, shows that the handler settles again.
    noteSettled();
    if (running.isOver) {
      unsettled -= 1;
      return;
    }
    deadlines.end(running);
    finish(running, result);
  }

  function noteSettled(): void {
    nextCallAt = Number.NEGATIVE_INFINITY;
    hungSince = undefined;
  }

  function atDeadline(running: RunningCall): void {
    unsettled += 1;
    hungSince ??= running.startedAt;
    backOff(running.startedAt);
    finish(running, toFailure("timeout", `timed out after ${timeoutMs} ms`));
    CallContext.abort(running.context, new DOMException(`timed out after ${timeoutMs} ms`, "TimeoutError"));
  }

  function stopCurrent(): void {
    if (current === undefined) return;
    const { context } = current;
    deadlines.end(current);
    finish(current, toFailure("stale", "no longer asked"));
    CallContext.abort(context, new DOMException("the status handler was removed", "AbortError"));
  }

  function finish(running: RunningCall, result: Result): void {
    running.isOver = true;
    current = undefined;
    running.resolve(toOutcome(result, running.startedAt));
  }

  function backOff(startedAt: number): void {
    const pauseMs = timeoutMs * 2 ** (unsettled - 1);
    nextCallAt = startedAt + Math.min(timeoutMs + pauseMs, Math.max(timeoutMs, MAX_HUNG_BACKOFF_MS));
  }

  /** No run has taken any time: what counts is how long the handler has not settled. */
  function toHung(now: number): Outcome {
    const since = hungSince ?? now;
    const detail = `has not answered for ${toElapsedText(now - since)} (timed out after ${timeoutMs} ms)`;
    return toOutcome(toFailure("hung", detail), since);
  }

  function toOutcome({ status, reason }: Result, startedAt: number): Outcome {
    const durationMs = clock.monotonicNow() - startedAt;
    return { status, reason, checkedAt: clock.now(), durationMs, rawStatus: status };
  }

  return {
    ask,
    get runningMs() {
      return current === undefined ? 0 : clock.monotonicNow() - current.startedAt;
    },
    stop() {
      stopped = true;
      stopCurrent();
    },
  };
}
