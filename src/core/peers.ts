import { shareAmongCopies } from "../util/copies.ts";
import type { Probe } from "./probe.ts";

/** Other processes that serve the same address as this one, such as the workers of a cluster. */
export interface Peers {
  /** Announces that this process will leave. `true`: others keep serving, so no load balancer must notice. */
  leave(): Promise<boolean>;
  /** Limits every effect of `change` on the probe to this process. */
  alone(change: () => void): void;
}

const peersOf = shareAmongCopies("peers", () => new WeakMap<Probe, Peers>());

/** Shares the probe with peers; `undefined` ends the sharing. */
export function setPeers(probe: Probe, peers: Peers | undefined): void {
  if (peers === undefined) peersOf.delete(probe);
  else peersOf.set(probe, peers);
}

export function getPeers(probe: Probe): Peers | undefined {
  return peersOf.get(probe);
}
