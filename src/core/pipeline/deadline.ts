import type { Clock } from "../clock.ts";
import { type Ask, type Outcome, type Result, toFailure } from "../outcome.ts";
import type { Call } from "./normalise.ts";

/** Calls of a handler that does not settle are at most this far apart, so that its recovery is seen. */
export const MAX_HUNG_BACKOFF_MS = 60_000;

export interface DeadlineOptions {
  readonly name: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Background runs do not keep the process alive. */
  readonly background: boolean;
}

export interface Deadline {
  readonly ask: Ask;
  /** Aborts what is running. Whoever waits for it is answered at once; nothing is called any more. */
  stop(): void;
}

/**
 * Gives each call of a handler a deadline. It is a race, not a request: at the deadline the outcome is
 * RED, whatever the handler does. While such a call is unsettled, new calls back off from `timeoutMs`,
 * doubling, to one in 60 s, so that a handler that never settles costs a bounded trickle.
 */
export function withDeadline(call: Call, { name, timeoutMs, clock, background }: DeadlineOptions): Deadline {
  let stopped = false;
  let stopCurrent: () => void = nothingIsRunning;
  let timeoutsInRow = 0;
  let nextCallAt = Number.NEGATIVE_INFINITY;

  function ask(): Outcome | Promise<Outcome> {
    const startedAt = clock.monotonicNow();
    if (stopped) return toOutcome(toFailure("stale", "no longer asked"), startedAt);
    if (startedAt < nextCallAt) return toOutcome(toFailure("hung", describeHung()), startedAt);
    const signal = createLazySignal();
    const result = call({
      name,
      get signal() {
        return signal.get();
      },
    });
    if (!(result instanceof Promise)) {
      forgetTimeouts();
      return toOutcome(result, startedAt);
    }
    return race(result, signal, startedAt);
  }

  function race(pending: Promise<Result>, signal: LazySignal, startedAt: number): Promise<Outcome> {
    return new Promise(function startRace(resolve) {
      let isOver = false;

      function end(result: Result): void {
        isOver = true;
        cancelTimer();
        stopCurrent = nothingIsRunning;
        resolve(toOutcome(result, startedAt));
      }

      const cancelTimer = clock.startTimer(
        timeoutMs,
        function atDeadline() {
          backOff(startedAt);
          end(toFailure("timeout", `timed out after ${timeoutMs} ms`));
          signal.abort(new DOMException(`timed out after ${timeoutMs} ms`, "TimeoutError"));
        },
        { background },
      );

      stopCurrent = function stopRace() {
        end(toFailure("stale", "no longer asked"));
        signal.abort(new DOMException("the status handler was removed", "AbortError"));
      };
      if (stopped) stopCurrent(); // the handler removed itself while it was called

      void pending.then(function settled(result) {
        // Even a late answer, which itself is dropped, shows that the handler settles again.
        forgetTimeouts();
        if (!isOver) end(result);
      });
    });
  }

  function backOff(startedAt: number): void {
    const pauseMs = timeoutMs * 2 ** timeoutsInRow;
    timeoutsInRow += 1;
    nextCallAt = startedAt + Math.min(timeoutMs + pauseMs, Math.max(timeoutMs, MAX_HUNG_BACKOFF_MS));
  }

  function forgetTimeouts(): void {
    nextCallAt = Number.NEGATIVE_INFINITY;
    timeoutsInRow = 0;
  }

  function describeHung(): string {
    return `has not answered since it timed out after ${timeoutMs} ms`;
  }

  function toOutcome({ status, reason }: Result, startedAt: number): Outcome {
    const durationMs = clock.monotonicNow() - startedAt;
    return { status, reason, checkedAt: clock.now(), durationMs, rawStatus: status };
  }

  function stop(): void {
    stopped = true;
    stopCurrent();
  }

  return { ask, stop };
}

function nothingIsRunning(): void {}

interface LazySignal {
  get(): AbortSignal;
  abort(reason: DOMException): void;
}

/** Most handlers never look at their signal, and making one costs more than calling them. */
function createLazySignal(): LazySignal {
  let controller: AbortController | undefined;
  let abortReason: DOMException | undefined;
  return {
    get() {
      controller ??= new AbortController();
      if (abortReason !== undefined) controller.abort(abortReason);
      return controller.signal;
    },
    abort(reason) {
      abortReason = reason;
      controller?.abort(reason);
    },
  };
}
