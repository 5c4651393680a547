import type { Clock } from "../clock.ts";
import type { Ask } from "../outcome.ts";

export interface Sharing<Answer> {
  readonly ask: Ask<Answer>;
  /** The finished answer, however young, is not reused any more. */
  forget(): void;
}

/**
 * Callers that come while a run is under way get the answer of that run, and a finished answer is reused
 * while it is not older than `maxAgeMs`. A caller that leaves cancels nothing.
 */
export function withSharing<Answer>(
  ask: Ask<Answer>,
  { maxAgeMs, clock }: { readonly maxAgeMs: number; readonly clock: Clock },
): Sharing<Answer> {
  let running: Promise<Answer> | undefined;
  let kept: { readonly answer: Answer; readonly finishedAt: number } | undefined;

  function keep(answer: Answer): Answer {
    running = undefined;
    if (maxAgeMs > 0) kept = { answer, finishedAt: clock.monotonicNow() };
    return answer;
  }

  return {
    ask() {
      if (running !== undefined) return running;
      if (kept !== undefined && clock.monotonicNow() - kept.finishedAt <= maxAgeMs) return kept.answer;
      const answer = ask();
      if (!(answer instanceof Promise)) return keep(answer);
      running = answer.then(keep);
      return running;
    },
    forget() {
      kept = undefined;
    },
  };
}
