import type { Numbers } from "./numbers.ts";

type Leaving = Pick<Numbers, "deadlineMs" | "capMs" | "closeTimeoutMs" | "hooksTimeoutMs">;

/** Without `closeTimeoutMs`, requests get all the time that is left. */
export const ALL_MS: number = Number.POSITIVE_INFINITY;

/** Maximum time that the drain waits for the balancers. The rest of the deadline is for the following phases. */
export function toLongestWaitMs({
  deadlineMs,
  capMs,
  closeTimeoutMs = ALL_MS,
  hooksTimeoutMs,
}: Leaving): number {
  const keptMs = Math.min(closeTimeoutMs, deadlineMs / 6) + Math.min(hooksTimeoutMs, deadlineMs / 6);
  return Math.min(capMs, Math.floor(deadlineMs - keptMs));
}

/** How long a request may still take after the longest wait. */
export function toClosingMs(numbers: Leaving): number {
  const { deadlineMs, closeTimeoutMs = ALL_MS, hooksTimeoutMs } = numbers;
  const forHooksMs = Math.min(hooksTimeoutMs, deadlineMs / 6);
  return Math.min(closeTimeoutMs, Math.floor(deadlineMs - toLongestWaitMs(numbers) - forHooksMs));
}
