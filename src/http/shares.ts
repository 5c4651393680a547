/** Limits for all holders together and for each holder. */
export interface ShareLimits {
  readonly total: number;
  /** While fewer units than this are acquired, no holder is limited. */
  readonly freeForAll: number;
  /** Above `freeForAll`: maximum per holder. */
  readonly share: number;
}

export interface Shares {
  hasRoom(holder: string): boolean;
  /** Acquires one unit. Returns a function that releases it; further calls have no effect. */
  acquire(holder: string): () => void;
  /** Number of holders that currently have at least one unit. */
  readonly holderCount: number;
}

/**
 * Divides a limited resource among holders. A single holder never has more than `freeForAll`, so that there
 * is room for others. Below that, no holder is limited, because behind a proxy all readers are one holder.
 */
export function createShares({ total, freeForAll, share }: ShareLimits): Shares {
  const counts = new Map<string, number>();
  let taken = 0;

  return {
    hasRoom(holder) {
      return taken < freeForAll || (taken < total && (counts.get(holder) ?? 0) < share);
    },
    acquire(holder) {
      taken += 1;
      counts.set(holder, (counts.get(holder) ?? 0) + 1);
      let isHeld = true;
      return function release() {
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
