import type { Clock } from "../util/clock.ts";
import type { LogEvent } from "../util/log-events.ts";
import { type Logger, log } from "../util/logger.ts";
import { logOrWarn } from "../util/trouble.ts";
import { createAttempts } from "./attempts.ts";
import { type StatusNotification, withMissed } from "./notification.ts";
import type { DeliveryTarget } from "./target.ts";

/** Maximum number of queued notifications. If there are more, the queue drops the oldest. */
export const MAX_WAITING = 100;

export interface DeliverySetup {
  readonly target: DeliveryTarget;
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
  /** Number of lost notifications that the receiver does not know about yet. */
  let missed = 0;
  const attempts = createAttempts({ target, timeoutMs, clock, log: logLine });

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
    if (!isDropping) logLine("warn", "notify-full", `${MAX_WAITING} are waiting, the oldest are dropped`);
    isDropping = true;
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(next);
    isWorking = false;
  }

  async function deliver(notification: StatusNotification): Promise<void> {
    const reported = missed;
    if (waiting.length === 0) isDropping = false;
    const isDelivered = await attempts.deliver(withMissed(notification, reported));
    if (isClosed) return;
    missed += isDelivered ? -reported : 1;
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    const unsent = waiting.length + (isWorking ? 1 : 0);
    waiting.length = 0;
    if (unsent > 0) logLine("warn", "notify-closed", `${unsent} were not sent: closed`);
    attempts.close();
  }

  function logLine(level: keyof Logger, event: LogEvent, what: string): void {
    const line = `notifications to ${label}: ${what}`;
    if (level === "error") logOrWarn(getLogger(), event, line);
    else log(getLogger(), level, event, line);
  }

  return {
    get isIdle() {
      return !isWorking;
    },
    push,
    close,
  };
}
