import type { Clock } from "../../util/clock.ts";
import type { RunHandler } from "../outcome.ts";

export interface Sharing<Answer> {
  readonly run: RunHandler<Answer>;
  /** Does not reuse a finished result. Joins a run in progress. */
  readonly runFresh: RunHandler<Answer>;
  /** Whether a run is in progress. New callers get its result. */
  readonly isRunning: boolean;
  /** Drops the last result, and does not keep the result of a run in progress. */
  forget(): void;
}

export interface SharingOptions<Answer, Shared> {
  /** Converts a result to the one that all callers get. Called once per result. */
  readonly toShared: (answer: Answer) => Shared;
  readonly maxAgeMs: number;
  readonly clock: Clock;
}

/**
 * Callers that arrive during a run get the result of that run, and a finished result is reused until it is
 * older than `maxAgeMs`. A caller that stops waiting does not cancel the run. A handler that requests its own
 * status waits for itself until its deadline, instead of calling itself endlessly.
 */
export function withSharing<Answer, Shared>(
  run: RunHandler<Answer>,
  { toShared, maxAgeMs, clock }: SharingOptions<Answer, Shared>,
): Sharing<Shared> {
  let running: Promise<Shared> | undefined;
  let answerInside: ((shared: Shared | Promise<Shared>) => void) | undefined;
  let isCalling = false;
  let isOutdated = false;
  let kept: { readonly shared: Shared; readonly finishedAt: number } | undefined;

  function keep(answer: Answer): Shared {
    const shared = toShared(answer);
    running = undefined;
    if (maxAgeMs > 0 && !isOutdated) kept = { shared, finishedAt: clock.monotonicNow() };
    return shared;
  }

  /** For callers that arrive while the handler is being called, before there is a run to join. */
  function joinFromInside(): Promise<Shared> {
    running = new Promise((resolve) => {
      answerInside = resolve;
    });
    return running;
  }

  function call(): Shared | Promise<Shared> {
    isCalling = true;
    try {
      const answer = run();
      return answer instanceof Promise ? answer.then(keep) : keep(answer);
    } finally {
      isCalling = false;
    }
  }

  function start(): Shared | Promise<Shared> {
    isOutdated = false;
    const shared = call();
    if (shared instanceof Promise) running = shared;
    answerInside?.(shared);
    answerInside = undefined;
    return shared;
  }

  function runFresh(): Shared | Promise<Shared> {
    if (running !== undefined) return running;
    return isCalling ? joinFromInside() : start();
  }

  return {
    run() {
      if (running !== undefined) return running;
      if (kept !== undefined && clock.monotonicNow() - kept.finishedAt <= maxAgeMs) return kept.shared;
      return runFresh();
    },
    runFresh,
    get isRunning() {
      return isCalling || running !== undefined;
    },
    forget() {
      kept = undefined;
      isOutdated = true;
    },
  };
}
