import type { Clock } from "../util/clock.ts";
import type { LogEvent } from "../util/log-events.ts";
import type { Logger } from "../util/logger.ts";
import type { StatusNotification } from "./notification.ts";
import type { DeliveryTarget, Failure } from "./target.ts";

/** Maximum number of attempts per notification. With the pauses between, that takes about four minutes. */
export const MAX_ATTEMPTS = 10;
/** The pause after the first attempt. It doubles with each further attempt. */
export const FIRST_PAUSE_MS = 1_000;
/** Maximum pause unless the receiver requests a longer one. */
export const MAX_PAUSE_MS = 60_000;
/** Maximum pause that a receiver's `Retry-After` can request. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

export interface AttemptsSetup {
  readonly target: DeliveryTarget;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: (level: keyof Logger, event: LogEvent, what: string) => void;
}

/** The attempts to deliver one notification after the other. */
export interface Attempts {
  /** Resolves with `true` when it is delivered, or with `false` if it is given up or closed. */
  deliver(notification: StatusNotification): Promise<boolean>;
  close(): void;
}

export function createAttempts({ target, timeoutMs, clock, log }: AttemptsSetup): Attempts {
  let isClosed = false;
  let lastFailure: string | undefined;
  let stopWaiting = (): void => {};

  async function deliver(notification: StatusNotification): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await attemptOnce(notification);
      if (isClosed) return false;
      if (failure === undefined) {
        if (lastFailure !== undefined) log("info", "notify-recovered", "are delivered again");
        lastFailure = undefined;
        return true;
      }
      if (failure.isFinal || attempt === MAX_ATTEMPTS) {
        const attempts = attempt === 1 ? "1 attempt" : `${attempt} attempts`;
        log("error", "notify-dropped", `one dropped after ${attempts}: ${failure.why}`);
        lastFailure = failure.why;
        return false;
      }
      if (failure.why !== lastFailure)
        log("warn", "notify-retry", `one failed and will be retried: ${failure.why}`);
      lastFailure = failure.why;
      await pause(toPauseMs(attempt, failure));
      if (isClosed) return false;
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

  return {
    deliver,
    close() {
      isClosed = true;
      stopWaiting();
    },
  };
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function toRetryAfterMs(retryAfter: string | undefined, clock: Clock): number {
  if (retryAfter === undefined) return 0;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - clock.now();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
