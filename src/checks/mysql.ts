import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import {
  DATABASE_LIMITS,
  type DatabaseLimits,
  measureConnections,
  measureLag,
  measureWaiting,
  toReadings,
} from "./support/database-limits.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { type Measure, measureLatency, toStatus } from "./support/measure.ts";

/** A pool or a connection of `mysql2/promise` or of `mariadb`. */
export interface MysqlClient {
  query(sql: string): Promise<unknown>;
  /** Number of callers that wait for a connection. Only a pool of `mariadb` has it. */
  taskQueueSize?(): number;
}

/**
 * Limits for a MySQL or MariaDB server. Every option is optional. The limits for the lag and the connections
 * add queries.
 */
export interface MysqlOptions extends DatabaseLimits {}

// The names in MySQL and MariaDB, the newer one first.
const LAG_COLUMNS: readonly string[] = ["Seconds_Behind_Source", "Seconds_Behind_Master"];

/**
 * Queries a MySQL or MariaDB server through the application's client: `SELECT 1`, and the queries that the
 * options need.
 *
 * YELLOW and RED by the limits; RED if a query fails. A query that hangs occupies its connection until the
 * client gives up, so set a timeout in the client.
 *
 * @param client A pool or connection of `mysql2/promise` or of `mariadb`; for `mysql2` itself, its
 * `promise()`.
 * @example
 * addStatusHandler("Database", mysql(pool, { maxConnectionsRatio: 0.9 }));
 * @throws TypeError for an invalid client or option.
 */
export function mysql(client: MysqlClient, options: MysqlOptions = {}): StatusFunction {
  expectMethods("client", client, ["query"]);
  const limits = readOptions(DATABASE_LIMITS, options);
  const { readsLag, readsConnections, readsWaiting } = toReadings(limits);
  if (readsWaiting) expectMethods("warnWaiting, maxWaiting: client", client, ["taskQueueSize"]);

  return withFailureKind(async function checkMysql() {
    const startedAt = performance.now();
    const measures: Measure[] = [];
    // Read before the query, which may itself have to wait.
    if (readsWaiting) measures.push(measureWaiting(client.taskQueueSize?.() ?? 0, limits));
    const row = await queryRow(client, "SELECT 1 AS one");
    if (Number(row?.["one"]) !== 1) throw new CheckError("wrong answer", "SELECT 1 did not return 1");
    measures.unshift(measureLatency(startedAt));
    if (readsLag) measures.push(measureLag(await readLag(client), limits));
    if (readsConnections) measures.push(measureConnections(await readConnections(client), limits));
    return toStatus(measures);
  });
}

type Row = Readonly<Record<string, unknown>>;

/** mysql2 returns `[rows, fields]`, mariadb the rows. */
async function queryRow(client: MysqlClient, sql: string): Promise<Row | undefined> {
  const answer = await client.query(sql);
  const rows: unknown = Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : answer;
  return Array.isArray(rows) ? (rows[0] as Row | undefined) : undefined;
}

/** A server without replication has no lag. If its replication has stopped, the lag is unknown. */
async function readLag(client: MysqlClient): Promise<number> {
  const row = await queryRow(client, "SHOW REPLICA STATUS");
  if (row === undefined) return 0;
  const lag = LAG_COLUMNS.map((column) => row[column]).find((value) => value !== undefined);
  if (lag === undefined || lag === null) throw new CheckError("wrong answer", "the replication has stopped");
  return Number(lag);
}

async function readConnections(client: MysqlClient): Promise<{ used: number; size: number }> {
  const row = await queryRow(client, "SHOW GLOBAL STATUS LIKE 'Threads_connected'");
  const limit = await queryRow(client, "SELECT @@max_connections AS size");
  const used = Number(row?.["Value"] ?? Number.NaN);
  const size = Number(limit?.["size"] ?? Number.NaN);
  if (Number.isFinite(used) && size > 0) return { used, size };
  throw new CheckError("wrong answer", "the server does not report its connections");
}
