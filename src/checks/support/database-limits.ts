import { AMOUNT, COUNT, RATIO } from "../../options/rules.ts";
import type { OptionShapes } from "../../options/shape.ts";
import { formatCount, formatRatio, formatSeconds, type Measure, measureRising } from "./measure.ts";

/** Limits for a database server and the pool in front of it. Every option is optional. */
export interface DatabaseLimits {
  /**
   * YELLOW from this replication lag of a replica. MySQL and MariaDB require a privilege to read it. Default:
   * any lag is OK.
   */
  readonly warnLagSeconds?: number;
  /**
   * RED from this replication lag of a replica; in MySQL and MariaDB also if the replication has stopped.
   * Default: any lag is OK.
   */
  readonly maxLagSeconds?: number;
  /** YELLOW from this ratio of the server's connections in use, by all its clients. Default: not checked. */
  readonly warnConnectionsRatio?: number;
  /** RED from this ratio of the server's connections in use. Default: not checked. */
  readonly maxConnectionsRatio?: number;
  /**
   * YELLOW from this number of callers that wait for a connection of the pool. Needs a pool that counts them.
   * Default: not checked.
   */
  readonly warnWaiting?: number;
  /** RED from this number of waiting callers. Needs a pool that counts them. Default: not checked. */
  readonly maxWaiting?: number;
}

export const DATABASE_LIMITS: OptionShapes<DatabaseLimits, DatabaseLimits> = {
  warnLagSeconds: AMOUNT,
  maxLagSeconds: AMOUNT,
  warnConnectionsRatio: RATIO,
  maxConnectionsRatio: RATIO,
  warnWaiting: COUNT,
  maxWaiting: COUNT,
};

/** The values that the limits require to query. */
export interface DatabaseReadings {
  readonly readsLag: boolean;
  readonly readsConnections: boolean;
  readonly readsWaiting: boolean;
}

export function toReadings(limits: DatabaseLimits): DatabaseReadings {
  return {
    readsLag: (limits.warnLagSeconds ?? limits.maxLagSeconds) !== undefined,
    readsConnections: (limits.warnConnectionsRatio ?? limits.maxConnectionsRatio) !== undefined,
    readsWaiting: (limits.warnWaiting ?? limits.maxWaiting) !== undefined,
  };
}

export function measureWaiting(value: number, { warnWaiting, maxWaiting }: DatabaseLimits): Measure {
  const limits = { warn: warnWaiting, max: maxWaiting };
  return measureRising({ what: "waiting", label: "waiting", value, format: formatCount, ...limits });
}

export function measureLag(value: number, { warnLagSeconds, maxLagSeconds }: DatabaseLimits): Measure {
  const limits = { warn: warnLagSeconds, max: maxLagSeconds };
  const label = "replica_lag_seconds";
  return measureRising({ what: "replica lag", label, value, format: formatSeconds, ...limits });
}

export function measureConnections(
  { used, size }: { readonly used: number; readonly size: number },
  { warnConnectionsRatio, maxConnectionsRatio }: DatabaseLimits,
): Measure {
  return measureRising({
    what: `connections ${used} of ${size}, that is`,
    label: "connections_ratio",
    value: used / size,
    format: formatRatio,
    warn: warnConnectionsRatio,
    max: maxConnectionsRatio,
  });
}
