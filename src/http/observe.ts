import type { Probe } from "../core/probe.ts";
import { getProbeSeams, type ProbeAnswered } from "../core/seams.ts";

/** Marks the single check of `svc-status commission`. It is not a balancer's probe, so a drain ignores it. */
export const CHECK_HEADER = "svc-status-check";

/** Reports to a drain and to the main thread of a sentinel which clients have seen the probe's state. */
export function emitProbeAnswered(probe: Probe, event: ProbeAnswered): void {
  if (event.request.header(CHECK_HEADER) === undefined) getProbeSeams(probe).answered.emit(event);
}
