import type { KnownProber } from "./prober.ts";
import { MAX_GAP_MS } from "./rhythm.ts";

/** Maximum number of probers to remember. It also limits clients that send many identities. */
export const MAX_PROBERS = 1_000;

/** The probers, ordered by last request. New probers never displace an established one. */
export interface ProberMemory {
  get(id: string): KnownProber | undefined;
  /** Adds or replaces a prober. Returns the prober that it forgets because there are too many. */
  set(prober: KnownProber, at: { readonly isEstablished: boolean; readonly now: number }): Forgotten;
  clear(): void;
  readonly all: readonly KnownProber[];
}

type Forgotten = KnownProber | undefined;

export function createProberMemory(): ProberMemory {
  const established = new Map<string, KnownProber>();
  const others = new Map<string, KnownProber>();

  function forgetGone(now: number): void {
    const [oldest] = established.values();
    if (oldest !== undefined && now - oldest.lastProbedAt > MAX_GAP_MS) established.delete(oldest.id);
  }

  function forgetOldest(): Forgotten {
    const [oldest] = others.values();
    if (oldest !== undefined) others.delete(oldest.id);
    return oldest;
  }

  return {
    get: (id) => established.get(id) ?? others.get(id),
    set(prober, { isEstablished, now }) {
      established.delete(prober.id);
      others.delete(prober.id);
      if (isEstablished) forgetGone(now);
      const hasRoom = established.size < MAX_PROBERS;
      (isEstablished && hasRoom ? established : others).set(prober.id, prober);
      return established.size + others.size > MAX_PROBERS ? forgetOldest() : undefined;
    },
    clear() {
      established.clear();
      others.clear();
    },
    get all() {
      return [...established.values(), ...others.values()];
    },
  };
}
