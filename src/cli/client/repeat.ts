import { setTimeout as sleep } from "node:timers/promises";
import { withinDeadline } from "./deadline.ts";

export interface Repetition {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** Maximum duration of one attempt, because a service that hangs once may answer the next request. */
export const ATTEMPT_TIMEOUT_MS = 5_000;

/**
 * Calls `attempt` until it returns `true` or the time is over. Rejects if an attempt rejects.
 *
 * @returns whether an attempt returned `true`.
 */
export async function repeatUntil(
  { timeoutMs, intervalMs, signal }: Repetition,
  attempt: (signal: AbortSignal) => Promise<boolean>,
): Promise<boolean> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const leftMs = Math.max(1, Math.ceil(endsAt - performance.now()));
    const isFixed = leftMs > ATTEMPT_TIMEOUT_MS;
    if (await withinDeadline(isFixed ? ATTEMPT_TIMEOUT_MS : leftMs, signal, attempt, { isFixed }))
      return true;
    // The next attempt would have no time to answer.
    if (endsAt - performance.now() <= intervalMs) return false;
    await sleep(intervalMs, undefined, { signal });
  }
}
