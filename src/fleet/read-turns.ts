import { createShares } from "../http/shares.ts";
import type { Clock } from "../util/clock.ts";
import { describeError } from "../util/describe-error.ts";
import type { Axes } from "./read/axes.ts";
import { READ_LIMITS } from "./views.ts";

/** How long the turns of a view are kept. An axis has at most a point each minute. */
export const TURNS_LIFETIME_MS = 120_000;

/** Time between a failure and the next attempt. */
const RETRY_MS = 30_000;

/** Maximum number of views whose turns are kept: more than there are feeds, which read theirs all the time. */
export const MAX_TURNS = 60;

/** The same for moments in the past, which may all have many services. It is more than are read at the same time. */
export const MAX_PAST_TURNS = 20;

/** How long a page waits for its axes. Axes that arrive later are part of the next update. */
const PATIENCE_MS = 500;

/** The last known axes. */
export interface Turns {
  readonly axes: Axes;
  /** Why they are missing or old. */
  readonly problem?: string;
}

const NONE: Turns = { axes: new Map() };

/** The states over time of the views that are read. `holder` is a client. */
export interface TurnsCache {
  read(key: string, holder: string, load: LoadAxes): Promise<Turns>;
  close(): void;
}

type LoadAxes = (signal: AbortSignal) => Promise<Axes>;

interface Kept {
  readonly endsAt: number;
  readonly loading: Promise<Turns>;
  readonly turns: Turns;
}

export function createTurnsCache(clock: Clock, maxTurns: number = MAX_TURNS): TurnsCache {
  const kept = new Map<string, Kept>();
  const loads = createShares(READ_LIMITS);
  const closing = new AbortController();

  function start(key: string, holder: string, load: LoadAxes): Kept {
    const before = kept.get(key)?.turns ?? NONE;
    const now = clock.monotonicNow();
    const loading = load(closing.signal)
      .then(
        (axes) => keep({ axes }, TURNS_LIFETIME_MS),
        (error: unknown) => keep({ axes: before.axes, problem: describeError(error) }, RETRY_MS),
      )
      .finally(loads.acquire(holder));
    // Prevents further queries until the answer arrives.
    return put(key, { endsAt: Number.POSITIVE_INFINITY, loading, turns: before });

    function keep(turns: Turns, lifetimeMs: number): Turns {
      if (kept.get(key)?.loading === loading) kept.set(key, { endsAt: now + lifetimeMs, loading, turns });
      return turns;
    }
  }

  /** The first turns are the least recently used. */
  function put(key: string, each: Kept): Kept {
    kept.delete(key);
    for (const other of kept.keys()) if (kept.size >= maxTurns) kept.delete(other);
    kept.set(key, each);
    return each;
  }

  return {
    async read(key, holder, load) {
      const known = kept.get(key);
      const isFresh = known !== undefined && clock.monotonicNow() < known.endsAt;
      if (!isFresh && !loads.hasRoom(holder)) return { ...(known?.turns ?? NONE), problem: BUSY };
      const { loading, turns } = isFresh ? put(key, known) : start(key, holder, load);
      let stop = (): void => {};
      const waited = new Promise<Turns>((resolve) => {
        stop = clock.startTimer(PATIENCE_MS, () => resolve(turns), { background: true });
      });
      return Promise.race([loading, waited]).finally(() => stop());
    },
    close() {
      closing.abort();
      kept.clear();
    },
  };
}

const BUSY = "too many axes were requested at once";
