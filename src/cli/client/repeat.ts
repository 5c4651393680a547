import { setTimeout as sleep } from "node:timers/promises";
import { withinDeadline } from "./deadline.ts";

export interface Repetition {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** The longest that one of several questions may take: whoever hangs once may answer the next one. */
export const ATTEMPT_TIMEOUT_MS = 5_000;

/**
 * Calls `attempt` until it gives `true`, or the time is over. What it rejects with ends it too.
 *
 * @returns whether it gave `true`.
 */
export async function repeatUntil(
  { timeoutMs, intervalMs, signal }: Repetition,
  attempt: (signal: AbortSignal) => Promise<boolean>,
): Promise<boolean> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const attemptMs = Math.max(1, Math.min(ATTEMPT_TIMEOUT_MS, Math.ceil(endsAt - performance.now())));
    if (await withinDeadline(attemptMs, signal, attempt)) return true;
    // Another attempt would have no time to answer.
    if (endsAt - performance.now() <= intervalMs) return false;
    await sleep(intervalMs, undefined, { signal });
  }
}
