import type { ResolvedDrainOptions } from "./options.ts";

/** The times of a drain that has started. Moments are on the monotonic clock. */
export interface Times {
  /** The latest end of the wait. It leaves time to close the servers and to call `onClose`. */
  getWaitEndsAt(): number;
  /** Timeout at `now` for requests in flight. */
  getCloseMs(now: number): number;
  /** Timeout at `now` for `onLeave`. */
  getLeaveHooksMs(now: number): number;
  /** Timeout at `now` for the work of the consumers, after which they return the rest within `returnMs`. */
  getFinishMs(now: number): number;
  readonly returnMs: number;
  /** Timeout at `now` for all `onClose` hooks. */
  getCloseHooksMs(now: number): number;
}

export interface TimesSetup {
  readonly options: Pick<ResolvedDrainOptions, "closeTimeoutMs" | "hooksTimeoutMs" | "deadlineMs">;
  readonly startedAt: number;
  /** Whether there are `onClose` hooks. They may still be added during the drain. */
  readonly getHasOnClose: () => boolean;
}

/** The part of the deadline that is reserved for closing, and for `onClose`. */
const RESERVED_PART = 6;

/** The maximum time in which consumers return the rest of their work to the broker. */
const MAX_RETURN_MS = 1_000;

/** Divides the time until the deadline among the phases. */
export function createTimes({ options, startedAt, getHasOnClose }: TimesSetup): Times {
  const { closeTimeoutMs = Number.POSITIVE_INFINITY, hooksTimeoutMs, deadlineMs } = options;
  const deadlineAt = startedAt + deadlineMs;
  const reservedMs = deadlineMs / RESERVED_PART;
  const forClosingMs = Math.min(closeTimeoutMs, reservedMs);
  const returnMs = Math.min(MAX_RETURN_MS, reservedMs / 2);
  const getForHooksMs = (): number => (getHasOnClose() ? Math.min(hooksTimeoutMs, reservedMs) : 0);

  return {
    getWaitEndsAt: () => deadlineAt - forClosingMs - getForHooksMs(),
    getCloseMs: (now) => Math.min(closeTimeoutMs, deadlineAt - now - getForHooksMs()),
    getLeaveHooksMs: (now) => deadlineAt - now - getForHooksMs(),
    getFinishMs: (now) => Math.max(0, deadlineAt - now - getForHooksMs() - returnMs),
    returnMs,
    getCloseHooksMs: (now) => Math.min(hooksTimeoutMs, deadlineAt - now),
  };
}
