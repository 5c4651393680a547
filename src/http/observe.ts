import type { Probe } from "../core/probe.ts";
import { shareAmongCopies } from "../util/copies.ts";
import type { StatusRequest } from "./message.ts";

/** A client has requested the probe's state. */
export interface ProbeAnswered {
  readonly request: StatusRequest;
  /** The status code of the response: 200 if this instance should receive traffic. */
  readonly status: number;
}

/** Marks the single check of `svc-status commission`. It is not a balancer's probe, so a drain ignores it. */
export const CHECK_HEADER = "svc-status-check";

type Listener = (event: ProbeAnswered) => void;

const listenersOf = shareAmongCopies("probeAnswered", () => new WeakMap<Probe, Set<Listener>>());

/**
 * Calls the listener after each response with the probe's state, from any view. Returns a function that
 * removes it.
 */
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
