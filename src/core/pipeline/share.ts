import type { Clock } from "../clock.ts";
import type { Ask, Outcome } from "../outcome.ts";

/**
 * Callers that come while a run is under way get the outcome of that run, and a finished outcome is
 * reused while it is not older than `maxAgeMs`. A caller that leaves cancels nothing. A handler that asks
 * for its own status waits for itself, until its deadline, instead of calling itself without end.
 */
export function withSharing(ask: Ask, { maxAgeMs, clock }: { maxAgeMs: number; clock: Clock }): Ask {
  let running: Promise<Outcome> | undefined;
  let answerInside: ((outcome: Outcome | Promise<Outcome>) => void) | undefined;
  let isCalling = false;
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

  /** For those who ask while the handler is being called, before there is a run to join. */
  function joinFromInside(): Promise<Outcome> {
    running = new Promise((resolve) => {
      answerInside = resolve;
    });
    return running;
  }

  return function askShared() {
    if (running !== undefined) return running;
    if (last !== undefined && clock.monotonicNow() - finishedAt <= maxAgeMs) return last;
    if (isCalling) return joinFromInside();
    isCalling = true;
    const asked = ask();
    isCalling = false;
    const outcome = asked instanceof Promise ? asked.then(keep) : keep(asked);
    if (outcome instanceof Promise) running = outcome;
    answerInside?.(outcome);
    answerInside = undefined;
    return outcome;
  };
}
