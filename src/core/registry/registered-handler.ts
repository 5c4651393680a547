import type { HandlerContext, StatusHandler } from "../handler.ts";
import type { ResolvedHandlerOptions } from "../handler-options.ts";
import type { Result, RunHandler } from "../outcome.ts";
import { withBackground } from "../pipeline/background.ts";
import { withDeadline } from "../pipeline/deadline.ts";
import type { Deadlines } from "../pipeline/deadlines.ts";
import { normalize } from "../pipeline/normalize.ts";
import { withSharing } from "../pipeline/share.ts";
import { withSlowness } from "../pipeline/slow.ts";
import { withTolerance } from "../pipeline/tolerate.ts";
import type { Entry } from "../report.ts";
import { followPushes } from "./follow-pushes.ts";
import { createMemory, type MemorySetup } from "./memory.ts";
import type { Track } from "./track.ts";

/** Minimum time between two runs of a handler on request. Within it, the last result is fresh enough. */
export const MIN_FRESH_GAP_MS = 1_000;

/** A handler in its registry: the pipeline that runs it, and its last entry. */
export interface RegisteredHandler {
  readonly name: string;
  /**
   * Runs the handler, joins a run in progress, or reads the last background result. Never throws or rejects.
   */
  readonly run: RunHandler<Entry>;
  /**
   * Runs the handler even if `run` would reuse a result, at most once per `MIN_FRESH_GAP_MS`. A handler that
   * hangs still backs off.
   */
  readonly runFresh: RunHandler<Entry>;
  /** The last entry; `undefined` before the first. */
  readonly last: Entry | undefined;
  /** The last entry. Before the first: that of the replaced handler, or a placeholder: RED, `hung`. */
  readonly known: Entry;
  /** Whether a call now would wait for a run that began earlier, although there is a `known` entry to use. */
  readonly isBusy: boolean;
  readonly options: ResolvedHandlerOptions;
  readonly track: Track;
  /** Whether it was removed or replaced, or its registry was closed. */
  readonly isStopped: boolean;
  /** Stops timers, aborts a run and resolves pending calls. Every result is then RED, reason `stale`. */
  stop(): void;
}

export interface HandlerSetup extends MemorySetup {
  readonly handler: StatusHandler;
  /** The deadlines for its `timeoutMs`. */
  readonly deadlines: Deadlines;
}

export function createRegisteredHandler(setup: HandlerSetup): RegisteredHandler {
  const { name, handler, options, clock, track, deadlines } = setup;
  const { timeoutMs, maxAgeMs, intervalMs, slowAfterMs } = options;
  const memory = createMemory(setup);
  const call = normalize(handler);
  let isCalling = false;
  let freshAt = Number.NEGATIVE_INFINITY;
  const deadline = withDeadline(callHandler, { name, timeoutMs, clock, deadlines });
  const judged = withTolerance(withSlowness(deadline.run, slowAfterMs), options, clock);
  // In the background, each run is a new call, because requests reuse its result anyway.
  const reuseMs = intervalMs === undefined ? maxAgeMs : 0;
  const sharing = withSharing(judged, { toShared: memory.remember, maxAgeMs: reuseMs, clock });
  const background =
    intervalMs === undefined
      ? undefined
      : withBackground(sharing.run, { intervalMs, timeoutMs, clock, toStale: memory.toStale });
  const refresh = background?.refresh ?? (() => void sharing.run());
  const stopFollowing = followPushes(handler, { clock, isCalling: () => isCalling, sharing, refresh });

  function callHandler(context: HandlerContext): Result | Promise<Result> {
    isCalling = true;
    const result = call(context);
    isCalling = false;
    return result;
  }

  return {
    name,
    run() {
      const { last, isStopped } = memory;
      return isStopped && last !== undefined ? last : (background ?? sharing).run();
    },
    runFresh() {
      const { last, isStopped } = memory;
      const now = clock.monotonicNow();
      if (last !== undefined && (isStopped || (now - freshAt < MIN_FRESH_GAP_MS && !sharing.isRunning)))
        return last;
      if (!sharing.isRunning) freshAt = now;
      return (background ?? sharing).runFresh();
    },
    get last() {
      return memory.last;
    },
    get known() {
      return memory.getKnown(deadline.runningMs);
    },
    get isBusy() {
      const isRead = background !== undefined && memory.last !== undefined;
      return sharing.isRunning && !isRead && memory.isKnown;
    },
    get isStopped() {
      return memory.isStopped;
    },
    options,
    track,
    stop() {
      if (memory.isStopped) return;
      memory.stop();
      stopFollowing();
      background?.stop();
      deadline.stop();
      deadlines.leave();
    },
  };
}
