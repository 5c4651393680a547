import type { Clock } from "../util/clock.ts";
import type { Axes } from "./read/axes.ts";

/** How long the turns of a view are kept. The axis has a point every 5 minutes. */
export const TURNS_LIFETIME_MS = 120_000;

/** Time between a failure and the next attempt. */
const RETRY_MS = 30_000;

/** Maximum number of views whose turns are kept. */
export const MAX_TURNS = 20;

/** How long a page waits for its axes. Axes that arrive later are part of the next update. */
const PATIENCE_MS = 500;

const NONE: Axes = new Map();

/** The states over time of the views that are read. */
export interface TurnsCache {
  read(key: string, load: (signal: AbortSignal) => Promise<Axes>): Promise<Axes>;
  close(): void;
}

interface Kept {
  readonly endsAt: number;
  readonly loading: Promise<Axes>;
  axes: Axes;
}

export function createTurnsCache(clock: Clock): TurnsCache {
  const kept = new Map<string, Kept>();
  const closing = new AbortController();

  function start(key: string, load: (signal: AbortSignal) => Promise<Axes>): Kept {
    const before = kept.get(key)?.axes ?? NONE;
    const now = clock.monotonicNow();
    const loading = load(closing.signal).then(
      (axes) => keep(axes, TURNS_LIFETIME_MS),
      () => keep(before, RETRY_MS),
    );
    // Prevents further queries until the answer arrives.
    const started: Kept = { endsAt: Number.POSITIVE_INFINITY, loading, axes: before };
    kept.delete(key);
    for (const each of kept.keys()) if (kept.size >= MAX_TURNS) kept.delete(each);
    kept.set(key, started);
    return started;

    function keep(axes: Axes, lifetimeMs: number): Axes {
      if (kept.get(key) === started) kept.set(key, { endsAt: now + lifetimeMs, loading, axes });
      return axes;
    }
  }

  return {
    async read(key, load) {
      const known = kept.get(key);
      const { loading, axes } =
        known !== undefined && clock.monotonicNow() < known.endsAt ? known : start(key, load);
      let stop = (): void => {};
      const waited = new Promise<Axes>((resolve) => {
        stop = clock.startTimer(PATIENCE_MS, () => resolve(axes), { background: true });
      });
      return Promise.race([loading, waited]).finally(() => stop());
    },
    close() {
      closing.abort();
      kept.clear();
    },
  };
}
