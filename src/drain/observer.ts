import cluster from "node:cluster";
import type { Probe } from "../core/probe.ts";
import { type Draining, MAX_REASON_LENGTH } from "../core/probe-setting.ts";
import type { ProbeSeams } from "../core/seams.ts";
import { log } from "../util/logger.ts";
import { replaceControlCharacters } from "../util/text.ts";
import { decideToLeave, type Rule } from "./decide.ts";
import { isInTerminal } from "./development.ts";
import type { ResolvedDrainOptions } from "./options.ts";
import type { Prober } from "./prober.ts";
import { createProbers } from "./probers.ts";
import type { Requests } from "./requests.ts";
import type { Stalls } from "./stalls.ts";
import type { TrafficSummary } from "./traffic.ts";

/** Collects the evidence from the probe, its clients and the traffic. */
export interface Observer {
  /**
   * From now on, decommissions the probe again whenever it is commissioned. The probe shows the reason, and
   * when the process ends at the latest.
   */
  forbidCommissioning(draining: Draining): void;
  /** Decommissions the probe if necessary. Evidence counts from the last decommissioning. */
  decommission(): void;
  /** Returns the rule that ends the wait, or `undefined` to continue waiting. */
  decide(now: number): Rule | undefined;
  readonly probers: readonly Prober[];
  /** The process was never probed, and runs in a terminal. */
  readonly isDevelopment: boolean;
  stop(): void;
}

export interface ObserverSetup {
  readonly options: ResolvedDrainOptions;
  readonly seams: ProbeSeams;
  readonly requests: Requests;
  readonly stalls: Pick<Stalls, "measure">;
  /** Called when the probe is decommissioned or commissioned, with whether it is decommissioned. */
  readonly onLeaving: (isLeaving: boolean) => void;
}

interface Decommissioning {
  readonly at: number;
  /** The traffic of the minute before it. */
  readonly before: TrafficSummary;
}

export function createObserver({ options, seams, requests, stalls, onLeaving }: ObserverSetup): Observer {
  const { probe, clock, logger } = options;
  // The primary distributes connections among the workers, so each worker sees only some of the requests.
  const probers = createProbers({ ...options, isShared: cluster.isWorker });
  let decommissioning: Decommissioning | undefined;
  let draining: Draining | undefined;
  let isProbed = false;

  /** An operator may decommission long before the signal. Evidence counts from then on. */
  function followProbe(): void {
    // Reads the probe instead of the event, because an earlier listener may have changed it again.
    const { commissioned } = probe;
    if (commissioned === (decommissioning === undefined)) return;
    const now = clock.monotonicNow();
    decommissioning = commissioned ? undefined : beginAt(now);
    requests.setCounting(!commissioned);
    probers.setCounting(!commissioned, now);
    onLeaving(!commissioned);
    if (commissioned && draining !== undefined) queueMicrotask(stayDecommissioned);
  }

  function beginAt(now: number): Decommissioning {
    return { at: now, before: requests.summarize(now) };
  }

  /** A drain cannot be undone: otherwise, balancers would send requests to a process that is about to end. */
  function stayDecommissioned(): void {
    log(
      logger,
      "warn",
      "drain-recommissioned",
      "commissioned while draining: decommissioned again, because the process is about to exit",
    );
    decommission();
  }

  function decommission(): void {
    leaveAlone({ probe, seams, draining });
  }

  const stops = [
    seams.answered.add(({ request, status }) => {
      isProbed = true;
      const now = clock.monotonicNow();
      probers.record(request, { status, now, stalled: stalls.measure(now) });
    }),
    probe.on("change", followProbe),
  ];
  followProbe();

  return {
    forbidCommissioning({ reason, deadlineAt }) {
      draining = { reason: toShownReason(reason), deadlineAt };
    },
    decommission() {
      decommission();
      // After `stop()`, the observer has not seen the probe's change.
      decommissioning ??= beginAt(clock.monotonicNow());
    },
    decide(now) {
      if (decommissioning === undefined) return undefined;
      const { at: decommissionedAt, before } = decommissioning;
      requests.summarize(now);
      const { lastRequestAt, lastConnectionAt } = requests;
      const { list, isComplete } = probers;
      return decideToLeave(
        {
          now,
          decommissionedAt,
          probers: list,
          isComplete,
          stallEndedAt: stalls.measure(now).endedAt,
          lastRequestAt,
          lastConnectionAt,
          before,
        },
        options,
      );
    },
    get probers() {
      return probers.list;
    },
    get isDevelopment() {
      return !isProbed && !options.isWaitGiven && isInTerminal();
    },
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/** The reason is shown in headers and in one line of the page. */
function toShownReason(reason: string): string {
  return replaceControlCharacters(reason).slice(0, MAX_REASON_LENGTH) || "drain";
}

interface Leaving {
  readonly probe: Probe;
  readonly seams: ProbeSeams;
  readonly draining: Draining | undefined;
}

/** Decommissions only this worker, not the others of a cluster. */
function leaveAlone({ probe, seams, draining }: Leaving): void {
  function leave(): void {
    if (draining !== undefined) seams.setDraining?.(draining);
    if (probe.commissioned) probe.decommission();
  }
  if (seams.peers === undefined) leave();
  else seams.peers.alone(leave);
}
