import { type Clock, systemClock } from "./clock.ts";

export interface SettleOptions {
  readonly clock?: Clock;
  /** Waiting does not keep the process alive. */
  readonly background?: boolean;
  /**
   * What the rejection says when the time is over.
   * @default "timed out after … ms"
   */
  readonly message?: string;
}

/** Settles as the promise does, or rejects after `timeoutMs`. The timer is gone as soon as it has settled. */
export function settleWithin<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  {
    clock = systemClock,
    background = false,
    message = `timed out after ${timeoutMs} ms`,
  }: SettleOptions = {},
): Promise<Value> {
  return new Promise(function startRace(resolve, reject) {
    const cancel = clock.startTimer(timeoutMs, () => reject(new Error(message)), { background });
    promise.finally(cancel).then(resolve, reject);
  });
}
