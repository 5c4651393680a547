import type { Clock } from "../clock.ts";
import type { Ask } from "../outcome.ts";

export interface Sharing<Answer> {
  readonly ask: Ask<Answer>;
  /** What is known, or is on its way, is not reused any more. */
  forget(): void;
}

/**
 * Callers that come while a run is under way get the answer of that run, and a finished answer is reused
 * while it is not older than `maxAgeMs`. A caller that leaves cancels nothing. A handler that asks for its own
 * status waits for itself, until its deadline, instead of calling itself without end.
 */
export function withSharing<Answer>(
  ask: Ask<Answer>,
  { maxAgeMs, clock }: { readonly maxAgeMs: number; readonly clock: Clock },
): Sharing<Answer> {
  let running: Promise<Answer> | undefined;
  let answerInside: ((answer: Answer | Promise<Answer>) => void) | undefined;
  let isCalling = false;
  let isOutdated = false;
  let kept: { readonly answer: Answer; readonly finishedAt: number } | undefined;

  function keep(answer: Answer): Answer {
    running = undefined;
    if (maxAgeMs > 0 && !isOutdated) kept = { answer, finishedAt: clock.monotonicNow() };
    return answer;
  }

  /** For those who ask while the handler is being called, before there is a run to join. */
  function joinFromInside(): Promise<Answer> {
    running = new Promise((resolve) => {
      answerInside = resolve;
    });
    return running;
  }

  function start(): Answer | Promise<Answer> {
    isOutdated = false;
    isCalling = true;
    const asked = ask();
    isCalling = false;
    const answer = asked instanceof Promise ? asked.then(keep) : keep(asked);
    if (answer instanceof Promise) running = answer;
    answerInside?.(answer);
    answerInside = undefined;
    return answer;
  }

  return {
    ask() {
      if (running !== undefined) return running;
      if (kept !== undefined && clock.monotonicNow() - kept.finishedAt <= maxAgeMs) return kept.answer;
      return isCalling ? joinFromInside() : start();
    },
    forget() {
      kept = undefined;
      isOutdated = true;
    },
  };
}
