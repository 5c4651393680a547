import type { StatusProvider } from "../../core/handler.ts";
import { readOptions } from "../../options/read-options.ts";
import { CLOCK, FUNCTION } from "../../options/rules.ts";
import type { OptionShapes } from "../../options/shape.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import { toElapsedText } from "../../util/elapsed-text.ts";

export interface ProgressOptions {
  /** Number of waiting jobs, or a promise of it. */
  readonly pending: () => number | Promise<number>;
  /** RED when jobs wait and none was finished for this long. */
  readonly maxStallMs: number;
  /** The clock, for tests. */
  readonly clock?: Clock;
}

/** A status handler that follows the jobs of a worker. */
export interface Progress extends StatusProvider {
  /** Call it after each finished job. With the option `progress`, the consumers of a drain call it. */
  done(): void;
}

const OPTIONS: OptionShapes<ProgressOptions> = {
  pending: { ...FUNCTION, required: true },
  maxStallMs: { kind: "number", min: 1, max: Number.MAX_SAFE_INTEGER, required: true },
  clock: { ...CLOCK, default: systemClock },
};

/**
 * Detects a worker that is alive but finishes nothing.
 *
 * RED when jobs wait and none was finished for `maxStallMs`. OK when no job waits. The time counts from the
 * last finished job, or from the first check that found a waiting job, whichever is later.
 *
 * @example
 * const jobs = progress({ pending: () => queue.getWaitingCount(), maxStallMs: 300_000 });
 * addStatusHandler("Jobs", jobs, { scope: "instance", intervalMs: 30_000 });
 * drainOnSignals([], { consumers: [bullmq(worker, { progress: jobs })] });
 * @throws TypeError for an invalid option.
 */
export function progress(options: ProgressOptions): Progress {
  const { pending, maxStallMs, clock } = readOptions(OPTIONS, options);
  let doneAt: number | undefined;
  let waitingSince: number | undefined;

  return {
    done() {
      doneAt = clock.monotonicNow();
    },
    async status() {
      const waiting = await pending();
      if (typeof waiting !== "number" || !(waiting >= 0))
        throw new TypeError("pending: expected a number that is not negative");
      const now = clock.monotonicNow();
      waitingSince = waiting > 0 ? (waitingSince ?? now) : undefined;
      const stalledMs = waitingSince === undefined ? 0 : now - Math.max(waitingSince, doneAt ?? waitingSince);
      const labels = { pending: waiting, stalled_seconds: stalledMs / 1_000 };
      if (stalledMs < maxStallMs) return { state: "OK", labels };
      const detail = `${waiting} waiting, none finished for ${toElapsedText(stalledMs)}`;
      return { state: "RED", detail, labels };
    },
  };
}
