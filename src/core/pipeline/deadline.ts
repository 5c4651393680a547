import type { Clock } from "../../util/clock.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";
import { type Outcome, type Result, type RunHandler, toFailure } from "../outcome.ts";
import { createBackOff } from "./back-off.ts";
import { CallContext } from "./call-context.ts";
import type { Deadlines, Waiting } from "./deadlines.ts";
import type { Call } from "./normalize.ts";

export interface DeadlineOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** The deadlines for `timeoutMs`. */
  readonly deadlines: Deadlines;
}

/** A call whose handler has returned a promise. */
interface RunningCall extends Waiting {
  readonly context: CallContext;
  readonly resolve: (outcome: Outcome) => void;
  isOver: boolean;
}

export interface Deadline {
  readonly run: RunHandler;
  /** How long the call in progress has run; 0 if there is none. */
  readonly runningMs: number;
  /** Aborts the call in progress and resolves it immediately. No further calls follow. */
  stop(): void;
}

/**
 * Gives each call of a handler a deadline. At the deadline, the outcome is RED, even if the handler ignores
 * its signal. While such calls are unsettled, new calls back off. This limits the calls of a handler that
 * never or rarely settles.
 */
export function withDeadline(call: Call, { name, timeoutMs, clock, deadlines }: DeadlineOptions): Deadline {
  let stopped = false;
  let current: RunningCall | undefined;
  const backOff = createBackOff(timeoutMs);

  function run(): Outcome | Promise<Outcome> {
    const startedAt = clock.monotonicNow();
    if (stopped) return toOutcome(toFailure("stale", "no longer needed"), startedAt, clock);
    const hungSince = backOff.getHungSince(startedAt);
    if (hungSince !== undefined) return toHung(startedAt, hungSince);
    const context = new CallContext(name);
    const result = call(context);
    if (result instanceof Promise) return race(result, context, startedAt);
    backOff.recordSettled(false);
    return toOutcome(result, startedAt, clock);
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
    backOff.recordSettled(running.isOver);
    if (running.isOver) return;
    deadlines.end(running);
    finish(running, result);
  }

  function atDeadline(running: RunningCall): void {
    const since = backOff.recordTimeout(running.startedAt);
    const text = `timed out after ${timeoutMs} ms`;
    const detail = since < running.startedAt ? toHungText(clock.monotonicNow(), since) : text;
    finish(running, toFailure("timeout", detail));
    CallContext.abort(running.context, new DOMException(text, "TimeoutError"));
  }

  function stopCurrent(): void {
    if (current === undefined) return;
    const { context } = current;
    deadlines.end(current);
    finish(current, toFailure("stale", "no longer needed"));
    CallContext.abort(context, new DOMException("the status handler was removed", "AbortError"));
  }

  function finish(running: RunningCall, result: Result): void {
    running.isOver = true;
    current = undefined;
    running.resolve(toOutcome(result, running.startedAt, clock));
  }

  /** The duration is the time since the handler stopped settling, because this call did not run it. */
  function toHung(now: number, since: number): Outcome {
    return toOutcome(toFailure("hung", toHungText(now, since)), since, clock);
  }

  function toHungText(now: number, since: number): string {
    return `has not answered for ${toElapsedText(now - since)} (timed out after ${timeoutMs} ms)`;
  }

  return {
    run,
    get runningMs() {
      return current === undefined ? 0 : clock.monotonicNow() - current.startedAt;
    },
    stop() {
      stopped = true;
      stopCurrent();
    },
  };
}

function toOutcome({ status, reason }: Result, startedAt: number, clock: Clock): Outcome {
  const finishedAt = clock.monotonicNow();
  const checkedAt = clock.now();
  const aheadMs = checkedAt - finishedAt;
  return { status, reason, checkedAt, aheadMs, durationMs: finishedAt - startedAt, rawStatus: status };
}
