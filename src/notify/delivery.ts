import type { Clock } from "../util/clock.ts";
import { type Logger, log } from "../util/logger.ts";
import { logOrWarn } from "../util/trouble.ts";
import { type StatusNotification, withMissed } from "./notification.ts";
import type { Failure, Target } from "./target.ts";

/** Maximum number of queued notifications. Above it, the queue drops the oldest. */
export const MAX_WAITING = 100;
/** Maximum number of attempts per notification. With the pauses between, that takes about four minutes. */
export const MAX_ATTEMPTS = 10;
/** The pause after the first attempt. It doubles with each further attempt. */
export const FIRST_PAUSE_MS = 1_000;
/** Maximum pause unless the receiver requests a longer one. */
export const MAX_PAUSE_MS = 60_000;
/** Maximum pause that a receiver's `Retry-After` can request. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

export interface DeliverySetup {
  readonly target: Target;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly getLogger: () => Logger | undefined;
}

/** A queue that delivers notifications one at a time, in order. */
export interface Delivery {
  /** `true`: no notification is queued or being sent. */
  readonly isIdle: boolean;
  /** Queues a notification. Returns at once and never throws. */
  push(notification: StatusNotification): void;
  close(): void;
}

export function createDelivery({ target, timeoutMs, clock, getLogger }: DeliverySetup): Delivery {
  const { label } = target;
  const waiting: StatusNotification[] = [];
  let isWorking = false;
  let isClosed = false;
  let isDropping = false;
  let lastFailure: string | undefined;
  /** Number of lost notifications that the receiver does not know about yet. */
  let missed = 0;
  let stopWaiting = (): void => {};

  function push(notification: StatusNotification): void {
    if (isClosed) return;
    waiting.push(notification);
    if (waiting.length > MAX_WAITING) dropOldest();
    if (isWorking) return;
    isWorking = true;
    // Deferred, so that the other listeners of the change run first.
    void Promise.resolve().then(work);
  }

  function dropOldest(): void {
    waiting.shift();
    missed += 1;
    if (!isDropping) tell("warn", `${MAX_WAITING} are waiting, the oldest are dropped`);
    isDropping = true;
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(next);
    isWorking = false;
  }

  async function deliver(notification: StatusNotification): Promise<void> {
    const told = missed;
    if (waiting.length === 0) isDropping = false;
    const failure = await tryAgainAndAgain(withMissed(notification, told));
    if (isClosed) return;
    if (failure !== undefined) {
      missed += 1;
      return;
    }
    missed -= told;
    if (lastFailure !== undefined) tell("info", "are delivered again");
    lastFailure = undefined;
  }

  async function tryAgainAndAgain(notification: StatusNotification): Promise<Failure | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await attemptOnce(notification);
      if (failure === undefined || isClosed) return failure;
      if (failure.isFinal || attempt === MAX_ATTEMPTS) {
        const attempts = attempt === 1 ? "1 attempt" : `${attempt} attempts`;
        tell("error", `one dropped after ${attempts}: ${failure.why}`);
        lastFailure = failure.why;
        return failure;
      }
      if (failure.why !== lastFailure) tell("warn", `one failed and will be retried: ${failure.why}`);
      lastFailure = failure.why;
      await pause(toPauseMs(attempt, failure));
      if (isClosed) return failure;
    }
  }

  /** Enforces the deadline even if `send` ignores its signal. */
  function attemptOnce(notification: StatusNotification): Promise<Failure | undefined> {
    const controller = new AbortController();
    return new Promise((resolve) => {
      function end(failure: Failure | undefined): void {
        cancelTimer();
        resolve(failure);
      }
      function giveUp(why: string): void {
        end({ why, isFinal: false });
        controller.abort(new DOMException(why, "TimeoutError"));
      }
      const timedOut = `timed out after ${timeoutMs} ms`;
      const cancelTimer = clock.startTimer(timeoutMs, () => giveUp(timedOut), { background: true });
      stopWaiting = () => giveUp("closed");
      void target.attempt(notification, controller.signal).then(end);
    });
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = clock.startTimer(ms, resolve, { background: true });
      stopWaiting = () => {
        cancelTimer();
        resolve();
      };
    });
  }

  /** Exponential backoff with jitter, so that the instances of a service do not all retry at once. */
  function toPauseMs(attempt: number, { retryAfter }: Failure): number {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), MAX_PAUSE_MS);
    return Math.max(pauseMs * (0.5 + clock.random() / 2), toRetryAfterMs(retryAfter, clock));
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    const unsent = waiting.length + (isWorking ? 1 : 0);
    waiting.length = 0;
    if (unsent > 0) tell("warn", `${unsent} were not sent: closed`);
    stopWaiting();
  }

  function tell(level: keyof Logger, what: string): void {
    const line = `notifications to ${label}: ${what}`;
    if (level === "error") logOrWarn(getLogger(), "a notification is given up", line);
    else log(getLogger(), level, line);
  }

  return {
    get isIdle() {
      return !isWorking;
    },
    push,
    close,
  };
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function toRetryAfterMs(retryAfter: string | undefined, clock: Clock): number {
  if (retryAfter === undefined) return 0;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - clock.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
