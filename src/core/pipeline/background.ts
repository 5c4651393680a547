import type { Clock } from "../../util/clock.ts";
import type { RunHandler } from "../outcome.ts";

/**
 * Relative variation of the interval, so that handlers registered together do not all run at the same time.
 */
export const JITTER = 0.1;

export interface BackgroundOptions<Answer> {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Replaces a result that is too old. */
  readonly toStale: (answer: Answer, ageMs: number) => Answer;
}

export interface Background<Answer> {
  /** The last result. Waits for the first one. */
  readonly run: RunHandler<Answer>;
  /** Runs now, or joins the run in progress, and returns its result. */
  readonly runFresh: RunHandler<Answer>;
  /** Runs now instead of at the next interval. */
  refresh(): void;
  stop(): void;
}

/** Maximum age of a usable result. An older one means that runs have been missed. */
export function toMaxResultAgeMs({
  intervalMs,
  timeoutMs,
}: {
  intervalMs: number;
  timeoutMs: number;
}): number {
  return 3 * intervalMs + timeoutMs;
}

/**
 * Runs immediately and then repeatedly, `intervalMs` after each result, so that runs never overlap. Its
 * timers do not keep the process alive.
 */
export function withBackground<Answer>(
  run: RunHandler<Answer>,
  options: BackgroundOptions<Answer>,
): Background<Answer> {
  const { intervalMs, clock, toStale } = options;
  const maxAgeMs = toMaxResultAgeMs(options);
  let last: { readonly answer: Answer; readonly finishedAt: number } | undefined;
  let running: Promise<Answer> | undefined;
  let cancelTimer = (): void => {};
  let stopped = false;

  function start(): Answer | Promise<Answer> {
    cancelTimer();
    const answer = run();
    if (!(answer instanceof Promise)) return finish(answer);
    running = answer.then(finish);
    return running;
  }

  function finish(answer: Answer): Answer {
    running = undefined;
    last = { answer, finishedAt: clock.monotonicNow() };
    cancelTimer();
    if (!stopped) cancelTimer = clock.startTimer(toDelay(), runInBackground, { background: true });
    return answer;
  }

  function toDelay(): number {
    return intervalMs * (1 - JITTER + 2 * JITTER * clock.random());
  }

  function runInBackground(): void {
    if (!stopped && running === undefined) void start();
  }

  function runFirst(): void {
    if (last === undefined) runInBackground();
  }

  function getLast(): Answer | Promise<Answer> {
    if (last === undefined) return running ?? start();
    const ageMs = clock.monotonicNow() - last.finishedAt;
    return ageMs > maxAgeMs ? toStale(last.answer, ageMs) : last.answer;
  }

  // Deferred, because the application may set up the handler's dependencies right after the registration.
  void Promise.resolve().then(runFirst);

  return {
    run: getLast,
    runFresh: () => running ?? start(),
    refresh: runInBackground,
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}
