import type { RecordedEvent } from "../core/recorded-past.ts";
import type { ChangeCounts } from "../core/registry/track.ts";
import { NO_CHANGES } from "../core/registry/track.ts";
import type { State } from "../core/state.ts";
import type { HandlerSnapshot, Line, Writer } from "./lines.ts";

/** A period in which the state of a handler was known. */
export interface Piece {
  readonly name: string;
  readonly state: State;
  readonly from: number;
  readonly to: number;
  /** The start of this state, which may be in an earlier process. */
  readonly since: number;
}

export interface ReplaySetup {
  /** Default: the time of the first line. */
  readonly startsAt?: number;
  readonly onEvent?: (event: RecordedEvent) => void;
  readonly onPiece?: (piece: Piece) => void;
}

/** Replays the lines of a chain, oldest first. */
export interface Replay {
  apply(line: Line): void;
  /** Ends the known periods: now if the last process still runs, otherwise at its last line. */
  end(now?: number): void;
  /** The process that wrote the last lines; `undefined` if its end was recorded. */
  readonly writer: Writer | undefined;
  /** The time of the last line. */
  readonly lastAt: number;
  /** The known states of the handlers, for the first line of the next segment. */
  readonly handlers: readonly HandlerSnapshot[];
}

interface ReplayedHandler {
  readonly state: State;
  readonly since: number;
  readonly counts: ChangeCounts;
  /** Start of the time in which the state is known without a gap; `undefined` if it comes from an earlier process. */
  readonly knownFrom: number | undefined;
}

const NO_INSTANCE = "unknown";

export function createReplay({ startsAt = 0, onEvent, onPiece }: ReplaySetup): Replay {
  const handlers = new Map<string, ReplayedHandler>();
  let writer: Writer | undefined;
  let instance = NO_INSTANCE;
  let lastAt = startsAt;

  function closePiece(name: string, to: number): void {
    const handler = handlers.get(name);
    if (handler?.knownFrom === undefined) return;
    onPiece?.({ name, from: handler.knownFrom, to, state: handler.state, since: handler.since });
    handlers.set(name, { ...handler, knownFrom: undefined });
  }

  function closeAll(to: number): void {
    for (const name of handlers.keys()) closePiece(name, to);
  }

  function enter(name: string, state: State, t: number, isChange: boolean): void {
    closePiece(name, t);
    const before = handlers.get(name);
    const counts = before?.counts ?? NO_CHANGES;
    handlers.set(name, {
      state,
      since: before?.state === state ? before.since : t,
      counts: isChange ? { ...counts, [state]: counts[state] + 1 } : counts,
      knownFrom: t,
    });
  }

  function restart(handlersThen: readonly HandlerSnapshot[], t: number): void {
    closeAll(t);
    handlers.clear();
    for (const { name, state, since, counts, old } of handlersThen)
      handlers.set(name, { state, since, counts, knownFrom: old ? undefined : t });
  }

  const byKind: { readonly [Kind in NonNullable<Line["k"]>]: (line: Extract<Line, { k: Kind }>) => void } = {
    head(line) {
      restart(line.handlers, line.t);
      writer = line.writer;
      instance = writer?.instance ?? NO_INSTANCE;
    },
    start({ t, writer: next }) {
      closeAll(lastAt);
      const { version } = next;
      const lostSince = writer && new Date(lastAt);
      writer = next;
      instance = next.instance;
      onEvent?.({
        kind: "start",
        at: new Date(t),
        instance,
        ...(version !== undefined && { version }),
        ...(lostSince && { lostSince }),
      });
    },
    end({ t }) {
      closeAll(t);
      writer = undefined;
      onEvent?.({ kind: "end", at: new Date(t), instance });
    },
    state: ({ name, to, t }) => enter(name, to, t, false),
    change({ k, t, name, from, to, reason, detail, heldMs }) {
      enter(name, to, t, true);
      const why = { ...(reason && { reason }), ...(detail && { detail }) };
      onEvent?.({ kind: k, at: new Date(t), name, from, to, ...why, heldMs, instance });
    },
    gone({ name, t }) {
      closePiece(name, t);
      handlers.delete(name);
    },
    probe({ k, t, until, ...setting }) {
      onEvent?.({ ...setting, kind: k, at: new Date(t), ...(until && { until: new Date(until) }), instance });
    },
    lost({ k, t, changes }) {
      closeAll(lastAt);
      onEvent?.({ kind: k, at: new Date(t), changes, instance });
    },
  };

  return {
    apply(line) {
      // The compiler cannot match the union of the kinds with their functions.
      if (line.k !== undefined) (byKind[line.k] as (line: Line) => void)(line);
      lastAt = line.t;
    },
    end: (now) => closeAll(writer === undefined || now === undefined ? lastAt : Math.max(now, lastAt)),
    get writer() {
      return writer;
    },
    get lastAt() {
      return lastAt;
    },
    get handlers() {
      return Array.from(handlers, ([name, { knownFrom, ...record }]) => ({
        name,
        ...record,
        ...(knownFrom === undefined && { old: true as const }),
      }));
    },
  };
}
