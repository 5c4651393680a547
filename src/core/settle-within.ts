import { type Clock, systemClock } from "./clock.ts";

export interface SettleOptions {
  readonly clock?: Clock;
  /** Waiting does not keep the process alive. */
  readonly background?: boolean;
}

/** Settles as the promise does, or rejects after `timeoutMs`. The timer is gone as soon as it has settled. */
export function settleWithin<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  { clock = systemClock, background = false }: SettleOptions = {},
): Promise<Value> {
  return new Promise(function startRace(resolve, reject) {
    const cancel = clock.startTimer(timeoutMs, () => reject(new Error(`timed out after ${timeoutMs} ms`)), {
      background,
    });
    promise.finally(cancel).then(resolve, reject);
  });
}
