import type { ShareLimits } from "../http/shares.ts";
import type { Clock } from "../util/clock.ts";
import { describeError } from "../util/describe-error.ts";
import { toElapsedText } from "../util/elapsed-text.ts";
import type { FleetView } from "./read/reader.ts";
import type { ServiceDetail } from "./read/service-detail.ts";
import type { FleetService } from "./read/view.ts";

/** Maximum number of views that are kept, each for a service or for all services. */
export const MAX_VIEWS = 80;

/** Maximum number of services, handlers and instances in all views together. One view is kept whatever its size. */
export const MAX_ROWS = 20_000;

/** Maximum number of views without an answer that are read at the same time. */
export const MAX_READS = 16;

/** What is read at the same time and not in memory yet: a quarter is for other clients than the busiest. */
export const READ_LIMITS: ShareLimits = { total: MAX_READS, freeForAll: (3 * MAX_READS) / 4, share: 4 };

/** A view that nobody reads is removed after this time. */
export const VIEW_LIFETIME_MS = 60_000;

/** How long a reader waits for Prometheus if there is an earlier answer to show. */
export const READER_PATIENCE_MS = 2_000;

export interface ViewsSetup {
  readonly refreshMs: number;
  readonly clock: Clock;
  /** Whether the views are of moments in the past. There are fewer of them. */
  readonly isPast?: boolean;
}

/** Views by their keys. Readers of the same view share its query and its answer. */
export interface Views {
  read<Service extends FleetService>(key: string, load: Load<Service>): Promise<FleetView<Service>>;
  /** Whether all clients may read a view: it causes no query, or that of services now. */
  has(key: string): boolean;
  /** Number of views in memory. */
  readonly size: number;
  close(): void;
}

type Load<Service> = (signal: AbortSignal) => Promise<FleetView<Service>>;

interface Kept {
  loading?: Promise<FleetView> | undefined;
  /** When the last query began, and when it ended, on the monotonic clock. */
  startedAt: number;
  endedAt: number;
  usedAt: number;
  /** The last view with an answer of Prometheus. */
  good?: FleetView;
  last?: FleetView;
}

export function createViews({ refreshMs, clock, isPast = false }: ViewsSetup): Views {
  const [maxViews, maxRows] = isPast ? [MAX_VIEWS / 4, MAX_ROWS / 2] : [MAX_VIEWS, MAX_ROWS];
  const views = new Map<string, Kept>();
  const closing = new AbortController();
  let stopSweeping: (() => void) | undefined;

  /** Removes views that nobody reads. Runs only while there are views. */
  function sweep(): void {
    stopSweeping = undefined;
    const oldest = clock.monotonicNow() - Math.max(VIEW_LIFETIME_MS, 2 * refreshMs);
    for (const [key, { loading, usedAt }] of views)
      if (loading === undefined && usedAt < oldest) views.delete(key);
    if (views.size > 0) startSweeping();
  }

  function startSweeping(): void {
    stopSweeping ??= clock.startTimer(VIEW_LIFETIME_MS, sweep, { background: true });
  }

  /** Returns the view, or creates it and removes older ones if there are too many. */
  function find(key: string): Kept {
    const known = views.get(key);
    views.delete(key);
    const now = clock.monotonicNow();
    const kept = known ?? { startedAt: now, endedAt: Number.NEGATIVE_INFINITY, usedAt: now };
    kept.usedAt = now;
    for (const [each, { loading }] of sortByUse(views)) {
      if (views.size < maxViews) break;
      if (loading === undefined) views.delete(each);
    }
    views.set(key, kept);
    startSweeping();
    return kept;
  }

  /** Removes the least useful views if all views together are too large. */
  function shrink(): void {
    let rows = 0;
    for (const [key, { last, loading }] of sortByUse(views).toReversed()) {
      const size = last === undefined ? 0 : countRows(last);
      if (rows > 0 && rows + size > maxRows && loading === undefined) views.delete(key);
      else rows += size;
    }
  }

  function refresh(kept: Kept, load: Load<FleetService>): Promise<FleetView> {
    kept.startedAt = clock.monotonicNow();
    return load(closing.signal)
      .catch((error: unknown) => toFailed(describeError(error), clock))
      .then((view) => {
        kept.loading = undefined;
        kept.endedAt = clock.monotonicNow();
        if (view.services.length > 0 || view.problems.length === 0) kept.good = view;
        kept.last = view === kept.good ? view : (toStale(kept.good, view.problems) ?? view);
        shrink();
        return kept.last;
      });
  }

  /** Whether a view needs no query. */
  function isYoung({ endedAt }: Kept): boolean {
    return clock.monotonicNow() - endedAt < refreshMs;
  }

  return {
    get size() {
      return views.size;
    },
    has(key) {
      const kept = views.get(key);
      return (
        kept !== undefined && (kept.loading !== undefined || isYoung(kept) || (!isPast && hasServices(kept)))
      );
    },
    async read<Service extends FleetService>(key: string, load: Load<Service>) {
      if (!views.has(key) && countFirstReads(views) >= MAX_READS)
        return toFailed(`more than ${MAX_READS} different views were requested at once`, clock);
      const kept = find(key);
      const { last } = kept;
      if (last !== undefined && isYoung(kept)) return last as FleetView<Service>;
      kept.loading ??= refresh(kept, load);
      const view = last === undefined ? kept.loading : orEarlier(kept.loading, kept, clock);
      return (await view) as FleetView<Service>;
    },
    close() {
      closing.abort();
      stopSweeping?.();
      views.clear();
    },
  };
}

/** Waits for the answer for a limited time, then resolves with the earlier one. */
function orEarlier(loading: Promise<FleetView>, kept: Kept, clock: Clock): Promise<FleetView> {
  return new Promise((resolve) => {
    const waited = clock.monotonicNow() - kept.startedAt;
    const stop = clock.startTimer(Math.max(0, READER_PATIENCE_MS - waited), () => {
      const text = `Prometheus has not answered for ${toElapsedText(clock.monotonicNow() - kept.startedAt)}`;
      const { last } = kept;
      resolve((last && toStale(last, [text])) ?? toFailed(text, clock));
    });
    void loading.then((view) => {
      stop();
      resolve(view);
    });
  });
}

/** Number of views that are read for the first time now. */
function countFirstReads(views: ReadonlyMap<string, Kept>): number {
  let count = 0;
  for (const { loading, last } of views.values()) if (loading !== undefined && last === undefined) count += 1;
  return count;
}

/** The least useful first: those without services, which anybody can invent, then the least recently used. */
function sortByUse(views: ReadonlyMap<string, Kept>): [key: string, kept: Kept][] {
  return [...views].sort(([, one], [, other]) => Number(hasServices(one)) - Number(hasServices(other)));
}

function hasServices({ good }: Kept): boolean {
  return good !== undefined && good.services.length > 0;
}

function countRows({ services }: FleetView<FleetService & Partial<ServiceDetail>>): number {
  let rows = 0;
  for (const { handlers = [], problems = [] } of services) rows += 1 + handlers.length + problems.length;
  return rows;
}

/** An earlier view. The present state is unknown. */
function toStale(view: FleetView | undefined, problems: readonly string[]): FleetView | undefined {
  return view && { ...view, state: "UNKNOWN", problems, isStale: true };
}

function toFailed(problem: string, clock: Clock): FleetView<never> {
  return { state: "UNKNOWN", services: [], at: new Date(clock.now()), isRaw: false, problems: [problem] };
}
