import type { Clock } from "../../util/clock.ts";

/** A call that is pending until its end or its deadline. */
export interface Waiting {
  readonly startedAt: number;
  /** Called at the deadline, with the pending call as its argument. */
  atDeadline(waiting: Waiting): void;
  /** Its neighbors among the pending calls, in the order of their deadlines. */
  before: Waiting | undefined;
  after: Waiting | undefined;
}

/** The deadlines of calls with the same timeout. */
export interface Deadlines {
  /** Adds a call that begins now. */
  begin(waiting: Waiting): void;
  /** Removes a call that has ended before its deadline. */
  end(waiting: Waiting): void;
  /** Call it when a handler with these deadlines no longer runs. */
  leave(): void;
}

interface OwnDeadlines extends Deadlines {
  /** Call it when the result of `isAwaited()` changes. */
  awaitedChanged(): void;
}

export interface DeadlinesOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Whether a caller waits for a result. Only then do deadlines keep the process alive. */
  readonly isAwaited: () => boolean;
  readonly onLeave: () => void;
}

/**
 * The handlers of a report are called at the same moment and most of them answer soon, so a timer per call
 * would cost more than the call. Calls with the same timeout reach their deadlines in the order of their
 * starts, so one timer for the first call is enough. Without pending calls, there is no timer.
 */
export function createDeadlines({ timeoutMs, clock, isAwaited, onLeave }: DeadlinesOptions): OwnDeadlines {
  let first: Waiting | undefined;
  let last: Waiting | undefined;
  let cancelTimer: (() => void) | undefined;
  let timerDueAt = 0;

  function begin(waiting: Waiting): void {
    let before = last;
    // A handler that calls another one has begun before it, but is added here after it.
    while (before !== undefined && before.startedAt > waiting.startedAt) before = before.before;
    insert(waiting, before);
    // The handler may have blocked the event loop until now.
    if (first === waiting) startTimer(waiting.startedAt + timeoutMs, clock.monotonicNow());
  }

  function insert(waiting: Waiting, before: Waiting | undefined): void {
    const after = before === undefined ? first : before.after;
    waiting.before = before;
    waiting.after = after;
    if (before === undefined) first = waiting;
    else before.after = waiting;
    if (after === undefined) last = waiting;
    else after.before = waiting;
  }

  function end(waiting: Waiting): void {
    const { before, after } = waiting;
    if (before === undefined) first = after;
    else before.after = after;
    if (after === undefined) last = before;
    else after.before = before;
    // Ended calls must not keep the others in memory.
    waiting.before = undefined;
    waiting.after = undefined;
    if (first === undefined) stopTimer();
  }

  function endOverdue(): void {
    cancelTimer = undefined;
    // Timers count in whole milliseconds and may fire a fraction early. Treat the deadline as reached.
    const now = Math.max(clock.monotonicNow(), timerDueAt);
    while (first !== undefined && first.startedAt + timeoutMs <= now) {
      const overdue = first;
      end(overdue);
      overdue.atDeadline(overdue);
    }
    if (first !== undefined) startTimer(first.startedAt + timeoutMs, now);
  }

  function startTimer(dueAt: number, now: number): void {
    stopTimer();
    timerDueAt = dueAt;
    // Rounding can make the difference larger than `timeoutMs`, which may be the maximum delay of timers.
    cancelTimer = clock.startTimer(Math.min(dueAt - now, timeoutMs), endOverdue, {
      background: !isAwaited(),
    });
  }

  function stopTimer(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  return {
    begin,
    end,
    leave: onLeave,
    awaitedChanged() {
      if (cancelTimer !== undefined) startTimer(timerDueAt, clock.monotonicNow());
    },
  };
}

/** The deadlines of all handlers in a registry. */
export interface RegistryDeadlines {
  /** Adds a handler and returns the deadlines that all handlers with this timeout share. */
  join(timeoutMs: number): Deadlines;
  /** Keeps the process alive until `release()`, because a caller waits for results. */
  hold(): void;
  release(): void;
}

export function createRegistryDeadlines(clock: Clock): RegistryDeadlines {
  const known = new Map<number, { readonly deadlines: OwnDeadlines; handlers: number }>();
  let awaiting = 0;

  function isAwaited(): boolean {
    return awaiting > 0;
  }

  function change(by: 1 | -1): void {
    const wasAwaited = isAwaited();
    awaiting += by;
    if (isAwaited() === wasAwaited) return;
    for (const { deadlines } of known.values()) deadlines.awaitedChanged();
  }

  function create(timeoutMs: number) {
    const onLeave = (): void => {
      created.handlers -= 1;
      if (created.handlers === 0) known.delete(timeoutMs);
    };
    const created = { deadlines: createDeadlines({ timeoutMs, clock, isAwaited, onLeave }), handlers: 0 };
    known.set(timeoutMs, created);
    return created;
  }

  return {
    join(timeoutMs) {
      const joined = known.get(timeoutMs) ?? create(timeoutMs);
      joined.handlers += 1;
      return joined.deadlines;
    },
    hold: () => change(1),
    release: () => change(-1),
  };
}
