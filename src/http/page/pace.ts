import type { Clock } from "../../util/clock.ts";

/** Minimum time between updates. Changes within it are sent together. */
export const PAGE_MIN_GAP_MS = 200;

/** Maximum rate for all readers together. To stay below it, the feed waits longer between updates. */
export const PAGE_BYTES_PER_S = 20_000_000;

/** Maximum time between updates, even if they exceed that rate. */
export const PAGE_MAX_GAP_MS = 3_000;

/** The times at which a page is updated. */
export interface Pace {
  /** Updates at once, or when the last update allows it: the first of many changes is sent at once. */
  updateSoon(): void;
  /** Sets the time between updates that keeps the rate below the maximum, for an update of this size. */
  pay(bytes: number): void;
  stop(): void;
}

export function createPace(update: () => void, clock: Clock): Pace {
  let updatedAt = Number.NEGATIVE_INFINITY;
  let gapMs = PAGE_MIN_GAP_MS;
  let cancel: (() => void) | undefined;

  function updateNow(): void {
    cancel = undefined;
    updatedAt = clock.monotonicNow();
    update();
  }

  return {
    updateSoon() {
      const waitMs = updatedAt + gapMs - clock.monotonicNow();
      cancel ??= clock.startTimer(Math.max(0, waitMs), updateNow, { background: true });
    },
    pay(bytes) {
      const paidMs = (bytes / PAGE_BYTES_PER_S) * 1_000;
      gapMs = Math.min(PAGE_MAX_GAP_MS, Math.max(PAGE_MIN_GAP_MS, paidMs));
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
