import type { ChangeCounts } from "../core/registry/track.ts";
import { NO_CHANGES } from "../core/registry/track.ts";
import type { State } from "../core/state.ts";
import type { HandlerSnapshot } from "./lines.ts";

/** A period in which the state of a handler was known. */
export interface Piece {
  readonly name: string;
  readonly state: State;
  readonly from: number;
  readonly to: number;
  /** The start of this state, which may be in an earlier process. */
  readonly since: number;
}

interface ReplayedHandler {
  readonly state: State;
  readonly since: number;
  readonly counts: ChangeCounts;
  /** Start of the time in which the state is known without a gap; `undefined` if it comes from an earlier process. */
  readonly knownFrom: number | undefined;
}

/** The handlers at a moment of a replay. */
export interface ReplayedHandlers {
  /** Begins a period. */
  enter(name: string, state: State, at: number, isChange: boolean): void;
  /** Ends the period of a handler that no longer exists. */
  remove(name: string, at: number): void;
  /** Ends the periods of all handlers. */
  close(at: number): void;
  /** Ends all periods, and continues with the handlers of another segment. */
  restart(handlers: readonly HandlerSnapshot[], at: number): void;
  /** The known states. */
  list(): readonly HandlerSnapshot[];
}

export function createReplayedHandlers(onPiece?: (piece: Piece) => void): ReplayedHandlers {
  const handlers = new Map<string, ReplayedHandler>();

  function closeOne(name: string, to: number): void {
    const handler = handlers.get(name);
    if (handler?.knownFrom === undefined) return;
    onPiece?.({ name, from: handler.knownFrom, to, state: handler.state, since: handler.since });
    handlers.set(name, { ...handler, knownFrom: undefined });
  }

  function close(at: number): void {
    for (const name of handlers.keys()) closeOne(name, at);
  }

  return {
    enter(name, state, at, isChange) {
      closeOne(name, at);
      const before = handlers.get(name);
      const counts = before?.counts ?? NO_CHANGES;
      handlers.set(name, {
        state,
        since: before?.state === state ? before.since : at,
        counts: isChange ? { ...counts, [state]: counts[state] + 1 } : counts,
        knownFrom: at,
      });
    },
    remove(name, at) {
      closeOne(name, at);
      handlers.delete(name);
    },
    close,
    restart(next, at) {
      close(at);
      handlers.clear();
      for (const { name, state, since, counts, old } of next)
        handlers.set(name, { state, since, counts, knownFrom: old ? undefined : at });
    },
    list: () =>
      Array.from(handlers, ([name, { knownFrom, ...record }]) => ({
        name,
        ...record,
        ...(knownFrom === undefined && { old: true as const }),
      })),
  };
}
