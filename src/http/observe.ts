import type { Probe } from "../core/probe.ts";
import { shareAmongCopies } from "../util/copies.ts";
import type { StatusRequest } from "./message.ts";

/** Somebody has asked whether this instance should get requests. */
export interface ProbeAnswered {
  readonly request: StatusRequest;
  /** The code of the answer: 200, or what says that this instance should be left alone. */
  readonly status: number;
}

/** Marks the single check of `svc-status commission`, which is not the probe of a balancer: a drain ignores it. */
export const CHECK_HEADER = "svc-status-check";

type Listener = (event: ProbeAnswered) => void;

const listenersOf = shareAmongCopies("probeAnswered", () => new WeakMap<Probe, Set<Listener>>());

/** Tells each answer about a probe's verdict, whichever view gave it. Returns the function that ends it. */
export function onProbeAnswered(probe: Probe, listener: Listener): () => void {
  const listeners = listenersOf.get(probe) ?? new Set();
  listenersOf.set(probe, listeners.add(listener));
  return () => void listeners.delete(listener);
}

export function tellProbeAnswered(probe: Probe, event: ProbeAnswered): void {
  if (event.request.header(CHECK_HEADER) !== undefined) return;
  const listeners = listenersOf.get(probe);
  if (listeners === undefined) return;
  for (const listener of listeners) listener(event);
}
