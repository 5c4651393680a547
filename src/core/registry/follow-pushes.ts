import type { Clock } from "../../util/clock.ts";
import type { StatusHandler } from "../handler.ts";
import type { Sharing } from "../pipeline/share.ts";
import { onPush } from "../state-handler.ts";

/**
 * Maximum number of extra runs within 1 s: a handler that sets its own state in each run would otherwise run
 * forever.
 */
const MAX_FOLLOWED = 10;
const FOLLOW_WINDOW_MS = 1_000;

export interface FollowSetup {
  readonly clock: Clock;
  /** Whether the handler is being called: a state that it sets meanwhile is part of its result. */
  readonly isCalling: () => boolean;
  readonly sharing: Sharing<unknown>;
  /** Runs the handler. */
  readonly refresh: () => void;
}

/**
 * Runs a handler when the application has pushed a new state, so that it is reported without a request.
 * Returns a function that stops this.
 */
export function followPushes(
  handler: StatusHandler,
  { clock, isCalling, sharing, refresh }: FollowSetup,
): () => void {
  const mayFollow = createLimit(clock);
  let isFollowing = false;
  let isOver = false;
  const stopListening = onPush(handler, handlePush);

  function handlePush(): void {
    if (isCalling()) return;
    sharing.forget();
    if (sharing.isRunning) void followRun();
    else refresh();
  }

  /** The run in progress may have read the state before the push, so the handler runs once more after it. */
  async function followRun(): Promise<void> {
    if (isFollowing || !mayFollow()) return;
    isFollowing = true;
    await sharing.run();
    isFollowing = false;
    if (!isOver) refresh();
  }

  return function stopFollowing() {
    isOver = true;
    stopListening();
  };
}

function createLimit(clock: Clock): () => boolean {
  let followed = 0;
  let firstFollowedAt = Number.NEGATIVE_INFINITY;

  return function mayFollow() {
    const now = clock.monotonicNow();
    if (now - firstFollowedAt >= FOLLOW_WINDOW_MS) {
      firstFollowedAt = now;
      followed = 0;
    }
    followed += 1;
    return followed <= MAX_FOLLOWED;
  };
}
