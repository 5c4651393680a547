/** Limits for all holders together, and for each. */
export interface ShareLimits {
  readonly total: number;
  /** While fewer than these are taken, no holder is limited. */
  readonly freeForAll: number;
  /** After that, a holder gets another one only while it has fewer than this. */
  readonly share: number;
}

export interface Shares {
  hasRoom(holder: string): boolean;
  /** Counts one more. Returns the function that gives it back; calling it twice does no harm. */
  take(holder: string): () => void;
  /** How many holders are remembered: those that hold something. */
  readonly holderCount: number;
}

/**
 * Divides what is scarce among holders. One holder alone never has more than `freeForAll`, so that there is room for
 * others. While there is plenty, no holder is limited: behind a proxy, all readers are one holder.
 */
export function createShares({ total, freeForAll, share }: ShareLimits): Shares {
  const counts = new Map<string, number>();
  let taken = 0;

  return {
    hasRoom(holder) {
      return taken < freeForAll || (taken < total && (counts.get(holder) ?? 0) < share);
    },
    take(holder) {
      taken += 1;
      counts.set(holder, (counts.get(holder) ?? 0) + 1);
      let isHeld = true;
      return function giveBack() {
        if (!isHeld) return;
        isHeld = false;
        taken -= 1;
        const left = (counts.get(holder) ?? 0) - 1;
        if (left > 0) counts.set(holder, left);
        else counts.delete(holder);
      };
    },
    get holderCount() {
      return counts.size;
    },
  };
}
