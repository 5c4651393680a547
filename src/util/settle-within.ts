import { type Clock, systemClock } from "./clock.ts";

export interface SettleOptions {
  readonly clock?: Clock;
  /** If true, the timer does not keep the process alive. */
  readonly background?: boolean;
  /**
   * The message of the rejection when the time is over.
   * @default "timed out after … ms"
   */
  readonly message?: string;
}

/**
 * Settles as the promise does, or rejects after `timeoutMs`. The timer ends as soon as the promise settles.
 */
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
