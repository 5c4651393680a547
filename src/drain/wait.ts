import type { Clock } from "../util/clock.ts";
import { MIN_QUIET_MS, type Rule } from "./decide.ts";
import type { Observer } from "./observer.ts";

/** Interval between evaluations of the evidence. */
const LOOK_EVERY_MS = 50;

export interface WaitSetup {
  readonly observer: Pick<Observer, "decide">;
  readonly getEndsAt: () => number;
  readonly clock: Clock;
}

/** Resolves when the balancers have left, or when the wait must end. */
export function waitForBalancers({ observer, getEndsAt, clock }: WaitSetup): Promise<Rule> {
  return new Promise((resolve) => {
    function look(): void {
      const now = clock.monotonicNow();
      const rule = observer.decide(now) ?? (now >= getEndsAt() ? "deadline" : undefined);
      if (rule === undefined) clock.startTimer(LOOK_EVERY_MS, look);
      else resolve(rule);
    }
    look();
  });
}

/**
 * Resolves when the clients had time to move to the other workers: over a kept-alive connection they get
 * another response, and then reconnect elsewhere.
 */
export function waitForClients(capMs: number, clock: Clock): Promise<Rule> {
  return new Promise((resolve) => {
    clock.startTimer(Math.min(MIN_QUIET_MS, capMs), () => resolve("peers"));
  });
}
