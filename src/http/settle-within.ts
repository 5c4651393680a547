import { type Clock, systemClock } from "../core/clock.ts";

/** Settles as the promise does, or rejects after `timeoutMs`. The timer is gone as soon as it has settled. */
export function settleWithin<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  clock: Clock = systemClock,
): Promise<Value> {
  return new Promise(function startRace(resolve, reject) {
    const cancel = clock.startTimer(timeoutMs, () => reject(new Error(`timed out after ${timeoutMs} ms`)));
    promise.finally(cancel).then(resolve, reject);
  });
}
