import { formatCount, formatRatio, formatSeconds, type Measure, measureRising } from "./measure.ts";
import { type Expectations, expectAmount, expectCount, expectRatio } from "./options.ts";

/** How a database server and the pool in front of it are judged. Every option is optional. */
export interface DatabaseLimits {
  /**
   * YELLOW from this replication lag of a replica. MySQL and MariaDB want the right to see it. Left out: the lag does
   * not matter.
   */
  readonly warnLagSeconds?: number;
  /**
   * RED from this replication lag of a replica; in MySQL and MariaDB also when the replication has stopped. Left out:
   * the lag does not matter.
   */
  readonly maxLagSeconds?: number;
  /** YELLOW from this part of the server's connections in use, by all its clients. Left out: not asked. */
  readonly warnConnectionsRatio?: number;
  /** RED from this part of the server's connections in use. Left out: not asked. */
  readonly maxConnectionsRatio?: number;
  /** YELLOW when so many callers wait for a connection of the pool. Needs a pool that tells. Left out: does not matter. */
  readonly warnWaiting?: number;
  /** RED when so many callers wait. Needs a pool that tells. Left out: does not matter. */
  readonly maxWaiting?: number;
}

export const DATABASE_LIMITS: Expectations<DatabaseLimits> = {
  warnLagSeconds: expectAmount,
  maxLagSeconds: expectAmount,
  warnConnectionsRatio: expectRatio,
  maxConnectionsRatio: expectRatio,
  warnWaiting: expectCount,
  maxWaiting: expectCount,
};

/** What has to be asked because a limit is set. */
export interface DatabaseQuestions {
  readonly asksLag: boolean;
  readonly asksConnections: boolean;
  readonly asksWaiting: boolean;
}

export function toQuestions(limits: DatabaseLimits): DatabaseQuestions {
  return {
    asksLag: (limits.warnLagSeconds ?? limits.maxLagSeconds) !== undefined,
    asksConnections: (limits.warnConnectionsRatio ?? limits.maxConnectionsRatio) !== undefined,
    asksWaiting: (limits.warnWaiting ?? limits.maxWaiting) !== undefined,
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
