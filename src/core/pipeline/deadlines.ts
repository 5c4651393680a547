import type { Clock } from "../clock.ts";

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
  /** To be called when another answer is `isAwaited()`. */
  awaitedChanged(): void;
}

export interface DeadlinesOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Whether somebody waits for an answer: only then do deadlines keep the process alive. */
  readonly isAwaited: () => boolean;
}

/**
 * The handlers of a report are called at the same moment, and most of them answer soon: a timer for each would cost
 * more than the call. Calls that may take equally long reach their deadlines in the order of their beginnings, so that
 * the timer of the first is enough. Where nobody waits there is none.
 */
export function createDeadlines({ timeoutMs, clock, isAwaited }: DeadlinesOptions): Deadlines {
  let first: Waiting | undefined;
  let last: Waiting | undefined;
  let cancelTimer: (() => void) | undefined;
  let timerDueAt = 0;

  function begin(waiting: Waiting): void {
    waiting.before = last;
    if (last === undefined) first = waiting;
    else last.after = waiting;
    last = waiting;
    if (cancelTimer === undefined) startTimer(waiting.startedAt + timeoutMs, waiting.startedAt);
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
    awaitedChanged() {
      if (cancelTimer !== undefined) startTimer(timerDueAt, clock.monotonicNow());
    },
  };
}

/** The deadlines of all handlers of a registry. */
export interface RegistryDeadlines {
  /** Those of the handlers that may take so long. */
  find(timeoutMs: number): Deadlines;
  /** Somebody waits for answers, and keeps the process alive until `release()`. */
  hold(): void;
  release(): void;
}

export function createRegistryDeadlines(clock: Clock): RegistryDeadlines {
  const known = new Map<number, Deadlines>();
  let awaiting = 0;

  function isAwaited(): boolean {
    return awaiting > 0;
  }

  function change(by: 1 | -1): void {
    const wasAwaited = isAwaited();
    awaiting += by;
    if (isAwaited() === wasAwaited) return;
    for (const deadlines of known.values()) deadlines.awaitedChanged();
  }

  return {
    find(timeoutMs) {
      const deadlines = known.get(timeoutMs) ?? createDeadlines({ timeoutMs, clock, isAwaited });
      known.set(timeoutMs, deadlines);
      return deadlines;
    },
    hold: () => change(1),
    release: () => change(-1),
  };
}
