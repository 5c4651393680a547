import cluster from "node:cluster";
import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { readOptions } from "../options/read-options.ts";
import { methods, PERIOD_MS } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { log } from "../util/logger.ts";
import { ALONE, createMembership } from "./membership.ts";
import { createSharedRegistry } from "./shared-report.ts";

/** Options for a worker. */
export interface WorkerOptions {
  /** @default defaultRegistry */
  readonly registry?: StatusRegistry;
  /** @default defaultProbe */
  readonly probe?: Probe;
  /**
   * Timeout for the primary, which answers at once if it coordinates. After the timeout, this worker starts alone and
   * logs a warning with the registry's logger.
   * @default 2000
   */
  readonly timeoutMs?: number;
}

/** This worker's membership in its cluster. */
export interface ClusterMember {
  /** `false`: the primary does not coordinate, so the probe and the report cover this worker only. */
  readonly isCoordinated: boolean;
  /** The registry whose reports show all workers. Pass it to `serviceStatus({ svcStatus: { registry } })`. */
  readonly registry: StatusRegistry;
  /** Leaves the cluster's coordination. */
  leave(): void;
}

const WORKER_OPTIONS: OptionShapes<WorkerOptions> = {
  registry: { ...methods("getReport"), default: defaultRegistry },
  probe: { ...methods("decommission", "commission", "on"), default: defaultProbe },
  timeoutMs: { ...PERIOD_MS, default: 2_000 },
};

let hasJoined = false;

/**
 * Joins this worker to the cluster: applies the state of the other workers, and from then on shares every
 * change of the probe. Await it before the server listens.
 *
 * @example
 * const { registry } = await joinCluster();
 * createServer(serviceStatus({ svcStatus: { registry } })).listen(8080);
 * @throws TypeError for invalid options, or if you call it again before `leave()`.
 */
export async function joinCluster(options: WorkerOptions = {}): Promise<ClusterMember> {
  const { registry, probe, timeoutMs } = readOptions(WORKER_OPTIONS, options);
  if (hasJoined) throw new TypeError("joinCluster() has already been called: call leave() first");
  hasJoined = true;
  const membership = createMembership(registry, probe);
  let hasLeft = false;

  if (cluster.isWorker && process.connected) {
    if (!(await membership.begin(timeoutMs)))
      log(
        registry.logger,
        "warn",
        "cluster-unanswered",
        `the primary does not coordinate, call coordinateWorkers() in it: ${ALONE}`,
      );
  } else {
    log(registry.logger, "info", "cluster-alone", `not a worker of node:cluster: ${ALONE}`);
  }

  return {
    get isCoordinated() {
      return membership.isCoordinated;
    },
    registry: createSharedRegistry(registry, membership),
    leave() {
      if (hasLeft) return;
      hasLeft = true;
      hasJoined = false;
      membership.end();
    },
  };
}
