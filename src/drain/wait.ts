import type { Clock } from "../util/clock.ts";
import type { Rule } from "./decide.ts";
import type { Observer } from "./observer.ts";
import type { WatchedServer } from "./watched-server.ts";

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

/** Maximum time for clients to move to the other workers. A client that sends no request does not notice the move. */
const MAX_MOVE_MS = 5_000;

export interface MoveSetup {
  readonly servers: readonly Pick<WatchedServer, "idleConnections">[];
  readonly capMs: number;
  readonly clock: Clock;
}

/**
 * Resolves when the clients have moved to the other workers: over a kept-alive connection they get one more
 * response, which ends the connection, and then reconnect elsewhere.
 */
export function waitForClients({ servers, capMs, clock }: MoveSetup): Promise<Rule> {
  const endsAt = clock.monotonicNow() + Math.min(MAX_MOVE_MS, capMs);
  return new Promise((resolve) => {
    function look(): void {
      const haveMoved = servers.every(({ idleConnections }) => idleConnections === 0);
      if (haveMoved || clock.monotonicNow() >= endsAt) resolve("peers");
      else clock.startTimer(LOOK_EVERY_MS, look);
    }
    look();
  });
}
