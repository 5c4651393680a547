import type { Clock } from "../../util/clock.ts";
import type { ToDate } from "../../util/dates.ts";
import type { HandlerContext, StatusHandler } from "../handler.ts";
import type { ResolvedHandlerOptions } from "../handler-options.ts";
import { type Ask, type Outcome, type Result, toFailure } from "../outcome.ts";
import { withBackground } from "../pipeline/background.ts";
import { withDeadline } from "../pipeline/deadline.ts";
import type { Deadlines } from "../pipeline/deadlines.ts";
import { normalise } from "../pipeline/normalise.ts";
import { withSharing } from "../pipeline/share.ts";
import { withSlowness } from "../pipeline/slow.ts";
import { withTolerance } from "../pipeline/tolerate.ts";
import type { Entry } from "../report.ts";
import { onPush } from "../state-handler.ts";
import type { Track } from "./track.ts";

/** A handler in its registry: the pipeline that runs it, and its last entry. */
export interface RegisteredHandler {
  readonly name: string;
  /**
   * Runs the handler, joins a run in progress, or reads the last background result. Never throws or rejects.
   */
  readonly ask: Ask<Entry>;
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

export interface HandlerSetup {
  readonly name: string;
  readonly handler: StatusHandler;
  readonly options: ResolvedHandlerOptions;
  readonly clock: Clock;
  readonly track: Track;
  /** The deadlines for its `timeoutMs`. */
  readonly deadlines: Deadlines;
  readonly toDate: ToDate;
  /** The last entry of the handler that had this name before. */
  readonly predecessor: Entry | undefined;
}

export function createRegisteredHandler(setup: HandlerSetup): RegisteredHandler {
  const { name, handler, options, clock, track, deadlines, toDate, predecessor } = setup;
  const { timeoutMs, maxAgeMs, intervalMs, slowAfterMs } = options;
  let last: Entry | undefined;
  /** Replaces the first entry until there is one. */
  let standIn = predecessor;
  let stopped = false;
  let isInHandler = false;
  let isFollowing = false;
  let followed = 0;
  let firstFollowedAt = Number.NEGATIVE_INFINITY;

  const call = normalise(handler);
  const deadline = withDeadline(callHandler, { name, timeoutMs, clock, deadlines });
  const judged = withTolerance(withSlowness(deadline.ask, slowAfterMs), options, clock);
  // In the background, each run is a new call, because requests reuse its result anyway.
  const reuseMs = intervalMs === undefined ? maxAgeMs : 0;
  const sharing = withSharing(judged, { toShared: remember, maxAgeMs: reuseMs, clock });
  const background =
    intervalMs === undefined
      ? undefined
      : withBackground(sharing.ask, { intervalMs, timeoutMs, clock, toStale: toStaleByAge });
  const stopListening = onPush(handler, refresh);

  function callHandler(context: HandlerContext): Result | Promise<Result> {
    isInHandler = true;
    const result = call(context);
    isInHandler = false;
    return result;
  }

  function remember(outcome: Outcome): Entry {
    if (stopped) return last ?? recall(toUnknown(outcome));
    const entry = toEntry(outcome, track.note(outcome));
    // A listener for the change may have stopped the handler.
    return recall(stopped ? toStale(entry, NOT_ASKED) : entry);
  }

  /** The entry for a result that arrived after the handler was stopped. */
  function toUnknown(outcome: Outcome): Entry {
    return toEntry({ ...outcome, ...toFailure("stale", NOT_ASKED) }, new Date(outcome.checkedAt));
  }

  /**
   * The placeholder for a first entry. It is not reported as a change, because it is not a result. It does
   * not affect liveness, because a restart would not produce a result either.
   */
  function toUnanswered(): Entry {
    const { status, reason } = toFailure("hung", "has not answered yet");
    const checkedAt = clock.now();
    const outcome = { status, rawStatus: status, reason, checkedAt, durationMs: deadline.runningMs };
    const scope = options.scope === "local" ? "instance" : options.scope;
    return { ...toEntry(outcome, standIn?.since ?? toDate(checkedAt)), scope };
  }

  function recall(entry: Entry): Entry {
    last = entry;
    return entry;
  }

  function toEntry(outcome: Outcome, since: Date): Entry {
    const { status, rawStatus, reason, durationMs } = outcome;
    const { critical, scope, dependsOn, info } = options;
    const checkedAt = toDate(outcome.checkedAt);
    const ran = { status, rawStatus, checkedAt, durationMs, since };
    const known = { name, ...ran, critical, scope, dependsOn, ...info };
    return reason === undefined ? known : { ...known, reason };
  }

  function toStaleByAge(entry: Entry, ageMs: number): Entry {
    const stale = toStale(entry, `the last result is ${Math.round(ageMs / 1_000)} s old`);
    const { status } = stale;
    return recall({ ...stale, since: track.note({ status, reason: "stale", checkedAt: clock.now() }) });
  }

  /** The application has pushed another state, which must become known without a request. */
  function refresh(): void {
    // A state that the handler sets during a run is part of the run's result.
    if (isInHandler) return;
    sharing.forget();
    if (sharing.isRunning) void followRun();
    else run();
  }

  /** The run in progress may have read the state before the push, so the handler runs once more after it. */
  async function followRun(): Promise<void> {
    if (isFollowing || !mayFollow()) return;
    isFollowing = true;
    await sharing.ask();
    isFollowing = false;
    if (!stopped) run();
  }

  function mayFollow(): boolean {
    const now = clock.monotonicNow();
    if (now - firstFollowedAt >= FOLLOW_WINDOW_MS) {
      firstFollowedAt = now;
      followed = 0;
    }
    followed += 1;
    return followed <= MAX_FOLLOWED;
  }

  function run(): void {
    if (background === undefined) void sharing.ask();
    else background.refresh();
  }

  function ask(): Entry | Promise<Entry> {
    if (stopped && last !== undefined) return last;
    return (background ?? sharing).ask();
  }

  function stop(): void {
    if (stopped) return;
    stopped = true;
    stopListening();
    background?.stop();
    deadline.stop();
    deadlines.leave();
    if (last !== undefined) last = toStale(last, NOT_ASKED);
  }

  return {
    name,
    ask,
    get last() {
      return last;
    },
    get known() {
      if (last !== undefined) return last;
      standIn = predecessor ?? toUnanswered();
      return standIn;
    },
    get isBusy() {
      const isRead = background !== undefined && last !== undefined;
      return sharing.isRunning && !isRead && (last ?? standIn) !== undefined;
    },
    get isStopped() {
      return stopped;
    },
    options,
    track,
    stop,
  };
}

/**
 * Maximum number of extra runs within 1 s: a handler that sets its own state in each run would otherwise run
 * forever.
 */
const MAX_FOLLOWED = 10;
const FOLLOW_WINDOW_MS = 1_000;

const NOT_ASKED = "no longer asked";

function toStale(entry: Entry, why: string): Entry {
  const { status } = toFailure("stale", `${why}: it was ${entry.status.state}`);
  return { ...entry, status, reason: "stale" };
}
