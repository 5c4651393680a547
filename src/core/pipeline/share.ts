import type { Clock } from "../clock.ts";
import type { Ask, Outcome } from "../outcome.ts";

/**
 * Callers that come while a run is under way get the outcome of that run, and a finished outcome is
 * reused while it is not older than `maxAgeMs`. A caller that leaves cancels nothing.
 */
export function withSharing(ask: Ask, { maxAgeMs, clock }: { maxAgeMs: number; clock: Clock }): Ask {
  let running: Promise<Outcome> | undefined;
  let last: Outcome | undefined;
  let finishedAt = 0;

  function keep(outcome: Outcome): Outcome {
    running = undefined;
    if (maxAgeMs > 0) {
      last = outcome;
      finishedAt = clock.monotonicNow();
    }
    return outcome;
  }

  return function askShared() {
    if (running !== undefined) return running;
    if (last !== undefined && clock.monotonicNow() - finishedAt <= maxAgeMs) return last;
    const outcome = ask();
    if (!(outcome instanceof Promise)) return keep(outcome);
    running = outcome.then(keep);
    return running;
  };
}
