import { shareAmongCopies } from "../util/copies.ts";
import type { Probe } from "./probe.ts";

/** Other processes that serve behind the same address as this one, as the workers of a cluster do. */
export interface Peers {
  /** Says that this process is about to leave. `true`: others go on serving, so no load balancer has to notice. */
  leave(): Promise<boolean>;
  /** Whatever `change` does to the probe holds for this process only. */
  alone(change: () => void): void;
}

const peersOf = shareAmongCopies("peers", () => new WeakMap<Probe, Peers>());

/** From now on the probe is shared with others; `undefined`: with nobody any more. */
export function setPeers(probe: Probe, peers: Peers | undefined): void {
  if (peers === undefined) peersOf.delete(probe);
  else peersOf.set(probe, peers);
}

export function getPeers(probe: Probe): Peers | undefined {
  return peersOf.get(probe);
}
