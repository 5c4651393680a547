import type { Probe } from "../core/probe.ts";

/** A probe that follows the probes of all workers. */
export interface SharedBody {
  /** Applies the state of the other workers. */
  take(body: string): void;
  /** Limits every effect of `change` to this worker. */
  alone(change: () => void): void;
  stop(): void;
}

/**
 * Calls `tell` with each change that applies to all workers. If a listener of the application changes a
 * received state, that change does too.
 */
export function shareBody(probe: Probe, tell: (body: string) => void): SharedBody {
  let taking: string | undefined;
  let isAlone = false;
  const stop = probe.on("change", function tellBody({ body }) {
    if (!isAlone && body !== taking) tell(probe.body);
  });

  return {
    take(body) {
      taking = body;
      if (body === "OK") probe.commission();
      else probe.decommission(body);
      taking = undefined;
    },
    alone(change) {
      isAlone = true;
      change();
      isAlone = false;
    },
    stop,
  };
}
