import { describeError } from "../../util/describe-error.ts";
import type { Endless } from "./endless.ts";

/** Time for a client to receive the end of a response or connection. */
const TAKE_LEAVE_MS = 1_000;

export interface SpreadSetup {
  readonly startedAt: number;
  readonly spreadMs: number;
  readonly onFailure: (message: string) => void;
}

/** Ends endless responses and connections, evenly over a period. */
export interface Spread {
  /** Ends the responses that are due. Call it repeatedly with all open ones. */
  endDue(open: readonly Endless[], now: number): void;
  hasEnded(identity: object): boolean;
  readonly streamsEnded: number;
  readonly socketsClosed: number;
}

export function createSpread({ startedAt, spreadMs, onFailure }: SpreadSetup): Spread {
  /** When each was ended. The drain owns the map, and ends within seconds. */
  const endedAt = new Map<object, number>();
  const counts = { stream: 0, socket: 0 };
  let lookedAt = startedAt;
  // The first one is ended at once.
  let due = 1;

  function end({ identity, kind, end }: Endless, now: number): void {
    endedAt.set(identity, now);
    counts[kind] += 1;
    try {
      end();
    } catch (error) {
      onFailure(`cannot end a ${kind}: ${describeError(error)}`);
    }
  }

  return {
    endDue(open, now) {
      const waiting = open.filter(({ identity }) => !endedAt.has(identity));
      const leftMs = startedAt + spreadMs - lookedAt;
      // A share of the open responses, so that latecomers get their turn too.
      due += leftMs > 0 ? waiting.length * ((now - lookedAt) / leftMs) : waiting.length;
      lookedAt = now;
      const count = Math.min(waiting.length, Math.floor(due));
      due = waiting.length === 0 ? 1 : due - count;
      for (const endless of waiting.slice(0, count)) end(endless, now);
      for (const { identity, destroy } of open) {
        const at = endedAt.get(identity);
        if (at !== undefined && now - at >= TAKE_LEAVE_MS) destroy();
      }
    },
    hasEnded: (identity) => endedAt.has(identity),
    get streamsEnded() {
      return counts.stream;
    },
    get socketsClosed() {
      return counts.socket;
    },
  };
}
