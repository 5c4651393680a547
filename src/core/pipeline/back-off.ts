/** Maximum time between the starts of two calls of a hung handler, so that its recovery is noticed. */
export const MAX_HUNG_BACKOFF_MS = 60_000;

/** The pause between the calls of a handler that does not settle. */
export interface BackOff {
  /** The start of the first call that timed out since the handler last settled, during a pause. */
  getHungSince(now: number): number | undefined;
  /** Returns the start of the first call that timed out since the handler last settled. */
  recordTimeout(startedAt: number): number;
  /** Even a late result shows that the handler settles again. */
  recordSettled(isLate: boolean): void;
}

/** The pause begins at `timeoutMs` and doubles with each unsettled call, up to one call per 60 s. */
export function createBackOff(timeoutMs: number): BackOff {
  let unsettled = 0;
  let hungSince: number | undefined;
  let nextCallAt = Number.NEGATIVE_INFINITY;

  return {
    getHungSince: (now) => (now < nextCallAt ? hungSince : undefined),
    recordTimeout(startedAt) {
      unsettled += 1;
      hungSince ??= startedAt;
      const pauseMs = timeoutMs * 2 ** (unsettled - 1);
      nextCallAt = startedAt + Math.min(timeoutMs + pauseMs, Math.max(timeoutMs, MAX_HUNG_BACKOFF_MS));
      return hungSince;
    },
    recordSettled(isLate) {
      if (isLate) unsettled -= 1;
      nextCallAt = Number.NEGATIVE_INFINITY;
      hungSince = undefined;
    },
  };
}
