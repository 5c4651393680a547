import type { Clock } from "../../util/clock.ts";
import type { Ask } from "../outcome.ts";

/** How far the interval varies, so that handlers registered together do not march in step. */
export const JITTER = 0.1;

export interface BackgroundOptions<Answer> {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** What is answered in place of an answer that is too old. */
  readonly toStale: (answer: Answer, ageMs: number) => Answer;
}

export interface Background<Answer> {
  /** The last answer. Before the first one is there, waits for it. */
  readonly ask: Ask<Answer>;
  /** Asks now, whenever the next run would have been. */
  refresh(): void;
  stop(): void;
}

/** The oldest answer that is believed: after it, runs have been missed. */
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
 * Asks at once and then again and again, `intervalMs` after the answer was there, so that runs never overlap.
 * Nothing of it keeps the process alive.
 */
export function withBackground<Answer>(
  ask: Ask<Answer>,
  options: BackgroundOptions<Answer>,
): Background<Answer> {
  const { intervalMs, clock, toStale } = options;
  const maxAgeMs = toMaxResultAgeMs(options);
  let last: { readonly answer: Answer; readonly finishedAt: number } | undefined;
  let running: Promise<Answer> | undefined;
  let cancelTimer = (): void => {};
  let stopped = false;

  function run(): Answer | Promise<Answer> {
    cancelTimer();
    const answer = ask();
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
    if (!stopped && running === undefined) void run();
  }

  function runFirst(): void {
    if (last === undefined) runInBackground();
  }

  function askLast(): Answer | Promise<Answer> {
    if (last === undefined) return running ?? run();
    const ageMs = clock.monotonicNow() - last.finishedAt;
    return ageMs > maxAgeMs ? toStale(last.answer, ageMs) : last.answer;
  }

  // Not within the registration itself: what the handler needs may be set up in the lines that follow it.
  void Promise.resolve().then(runFirst);

  return {
    ask: askLast,
    refresh: runInBackground,
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}
