import type { Clock } from "../../util/clock.ts";

/** A call that waits for its end, or for its deadline. */
export interface Waiting {
  readonly startedAt: number;
  /** What is done when the deadline comes first. It is told whose that was. */
  atDeadline(waiting: Waiting): void;
  /** Its neighbours among those who wait, in the order of their deadlines. */
  before: Waiting | undefined;
  after: Waiting | undefined;
}

/** The deadlines of calls that may all take equally long. */
export interface Deadlines {
  /** A call begins now. */
  begin(waiting: Waiting): void;
  /** It has ended before its deadline. */
  end(waiting: Waiting): void;
  /** A handler that has its deadlines here is not asked any more. */
  leave(): void;
}

interface OwnDeadlines extends Deadlines {
  /** To be called when another answer is `isAwaited()`. */
  awaitedChanged(): void;
}

export interface DeadlinesOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Whether somebody waits for an answer: only then do deadlines keep the process alive. */
  readonly isAwaited: () => boolean;
  readonly onLeave: () => void;
}

/**
 * The handlers of a report are called at the same moment, and most of them answer soon: a timer for each would cost
 * more than the call. Calls that may take equally long reach their deadlines in the order of their beginnings, so that
 * the timer of the first is enough. Where nobody waits there is none.
 */
export function createDeadlines({ timeoutMs, clock, isAwaited, onLeave }: DeadlinesOptions): OwnDeadlines {
  let first: Waiting | undefined;
  let last: Waiting | undefined;
  let cancelTimer: (() => void) | undefined;
  let timerDueAt = 0;

  function begin(waiting: Waiting): void {
    let before = last;
    // One that asks another while it is called has begun before it, and comes here after it.
    while (before !== undefined && before.startedAt > waiting.startedAt) before = before.before;
    insert(waiting, before);
    // It may have blocked until now.
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
    // What has ended must not keep the others in memory.
    waiting.before = undefined;
    waiting.after = undefined;
    if (first === undefined) stopTimer();
  }

  function endOverdue(): void {
    cancelTimer = undefined;
    // Timers count in whole milliseconds: one may be a part of one early, and is believed.
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
    // Rounded, the sum less one of its parts can be more than the other, and the longest delay of timers has no more.
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

/** The deadlines of all handlers of a registry. */
export interface RegistryDeadlines {
  /** Those of the handlers that may take so long, for another one of them. */
  join(timeoutMs: number): Deadlines;
  /** Somebody waits for answers, and keeps the process alive until `release()`. */
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
