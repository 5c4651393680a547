import type { RecordedEvent } from "../core/recorded-past.ts";
import type { HandlerSnapshot, Line, Writer } from "./lines.ts";
import { createReplayedHandlers, type Piece } from "./replayed-handlers.ts";

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

const NO_INSTANCE = "unknown";

export function createReplay({ startsAt = 0, onEvent, onPiece }: ReplaySetup): Replay {
  const handlers = createReplayedHandlers(onPiece);
  let writer: Writer | undefined;
  let instance = NO_INSTANCE;
  let lastAt = startsAt;

  const byKind: { readonly [Kind in NonNullable<Line["k"]>]: (line: Extract<Line, { k: Kind }>) => void } = {
    head(line) {
      handlers.restart(line.handlers, line.t);
      writer = line.writer;
      instance = writer?.instance ?? NO_INSTANCE;
    },
    start({ t, writer: next }) {
      handlers.close(lastAt);
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
      handlers.close(t);
      writer = undefined;
      onEvent?.({ kind: "end", at: new Date(t), instance });
    },
    state: ({ name, to, t }) => handlers.enter(name, to, t, false),
    change({ k, t, name, from, to, reason, detail, heldMs }) {
      handlers.enter(name, to, t, true);
      const why = { ...(reason && { reason }), ...(detail && { detail }) };
      onEvent?.({ kind: k, at: new Date(t), name, from, to, ...why, heldMs, instance });
    },
    gone: ({ name, t }) => handlers.remove(name, t),
    probe({ k, t, until, ...setting }) {
      onEvent?.({ ...setting, kind: k, at: new Date(t), ...(until && { until: new Date(until) }), instance });
    },
    lost({ k, t, changes }) {
      handlers.close(lastAt);
      onEvent?.({ kind: k, at: new Date(t), changes, instance });
    },
  };

  return {
    apply(line) {
      // The compiler cannot match the union of the kinds with their functions.
      if (line.k !== undefined) (byKind[line.k] as (line: Line) => void)(line);
      lastAt = line.t;
    },
    end: (now) => handlers.close(writer === undefined || now === undefined ? lastAt : Math.max(now, lastAt)),
    get writer() {
      return writer;
    },
    get lastAt() {
      return lastAt;
    },
    get handlers() {
      return handlers.list();
    },
  };
}
