import { expectFunction } from "../../options/expect.ts";
import { readOptions } from "../../options/read-options.ts";
import { CLOCK, DELAY_MS, FUNCTION } from "../../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../options/shape.ts";
import { onAbort } from "../../util/abort.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import { settleWithin } from "../../util/settle-within.ts";
import type { Consumer, ResumableOptions } from "./consumer.ts";
import { endedBefore } from "./ended-before.ts";
import { RESUMABLE_OPTIONS } from "./options.ts";

/** The argument of a loop's job. */
export interface LoopContext {
  /** Aborts at the deadline of the drain: the job must return its work and end. */
  readonly signal: AbortSignal;
}

/**
 * A job that runs again and again: takes work, does it, and resolves with `false` if there was none.
 */
export type LoopJob = (context: LoopContext) => unknown;

export interface LoopOptions extends ResumableOptions {
  /**
   * Pause after a run that found no work or that failed, in milliseconds.
   * @default 1000
   */
  readonly pauseMs?: number;
  /** Called with the error of each run that fails. Default: errors are ignored. */
  readonly onError?: (error: unknown) => void;
  /** The clock, for tests. */
  readonly clock?: Clock;
}

const OPTIONS: OptionShapes<LoopOptions, WithDefaults<LoopOptions, "name" | "progress" | "onError">> = {
  ...RESUMABLE_OPTIONS,
  pauseMs: { ...DELAY_MS, default: 1_000 },
  onError: FUNCTION,
  clock: { ...CLOCK, default: systemClock },
};

/**
 * Time for an aborted run to return its work. The drain gives all consumers a second, or less if the deadline
 * is short.
 */
const MAX_RETURN_MS = 500;
const RETURN_PART = 15;

/**
 * Runs a job again and again, one run at a time, until the process leaves: polling a table, SQS, a directory.
 * The first run starts at once. The drain waits for the current run. At the deadline it aborts its signal, gives
 * it half a second to return its work, and counts it as left unless it resolves.
 *
 * @example
 * const outbox = loop(() => sendNextMail(pool)); // resolves with false if there is none
 * drainOnSignals(server, { consumers: [outbox] });
 * @throws TypeError for an invalid job or option.
 */
export function loop(job: LoopJob, options: LoopOptions = {}): Consumer {
  expectFunction("job", job);
  const { name = "loop", progress, onDecommission, pauseMs, onError, clock } = readOptions(OPTIONS, options);
  const controller = new AbortController();
  let isStopped = false;
  let finished = 0;
  let endPause = (): void => {};
  let running = run();

  async function run(): Promise<void> {
    while (!isStopped) if (!(await runOnce())) await pause();
  }

  /** Whether there was work. */
  async function runOnce(): Promise<boolean> {
    try {
      if ((await job({ signal: controller.signal })) === false) return false;
    } catch (error) {
      reportError(error);
      return false;
    }
    if (isStopped) finished += 1;
    progress?.done();
    return true;
  }

  function reportError(error: unknown): void {
    try {
      onError?.(error);
    } catch {
      // A listener that throws must not end the loop.
    }
  }

  async function pause(): Promise<void> {
    if (isStopped) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.startTimer(pauseMs, resolve, { background: true });
      endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  function stop(): void {
    isStopped = true;
    endPause();
  }

  return {
    name,
    onDecommission,
    stop,
    async finish({ signal, deadlineAt }) {
      stop();
      const returnMs = Math.min(MAX_RETURN_MS, (deadlineAt - clock.now()) / RETURN_PART);
      const stopForwarding = onAbort(signal, () => controller.abort(signal.reason));
      const hasEnded = await endedBefore(signal, running);
      stopForwarding();
      if (hasEnded) return { finished, left: 0 };
      const before = finished;
      if (returnMs > 0) await settleWithin(running, returnMs, { clock }).catch(() => {});
      return { finished, left: finished > before ? 0 : 1 };
    },
    resume() {
      isStopped = false;
      finished = 0;
      running = running.then(run);
    },
  };
}
