/** How many there are for all, and for each holder. */
export interface ShareLimits {
  readonly total: number;
  /** So many are given to whoever comes first. */
  readonly freeForAll: number;
  /** When these are gone, a holder gets more only while it has fewer than this. */
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
 * Divides what is scarce among holders. One holder alone can never have more than `freeForAll`, so that others find
 * room. As long as there is plenty nobody is limited: behind a proxy, all readers are one holder.
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
