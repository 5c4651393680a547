import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import {
  DATABASE_LIMITS,
  type DatabaseLimits,
  measureConnections,
  measureLag,
  measureWaiting,
  toQuestions,
} from "./support/database-limits.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { type Measure, measureLatency, toStatus } from "./support/measure.ts";
import { expectOptions } from "./support/options.ts";

/** A pool or a connection of `mysql2/promise` or of `mariadb`. */
export interface MysqlClient {
  query(sql: string): Promise<unknown>;
  /** How many callers wait for a connection; only a pool of `mariadb` tells. */
  taskQueueSize?(): number;
}

/**
 * How a MySQL or MariaDB is judged. Every option is optional; those for the lag and the connections ask the server a
 * little more.
 */
export interface MysqlOptions extends DatabaseLimits {}

// What MySQL and MariaDB call it, the newer word first.
const LAG_COLUMNS: readonly string[] = ["Seconds_Behind_Source", "Seconds_Behind_Master"];

/**
 * Asks a MySQL or MariaDB through the client that the application has: `SELECT 1`, and what the options need.
 *
 * YELLOW and RED by the limits; RED when a query fails. A query that hangs keeps its connection until the client
 * gives it up: give the client a timeout of its own.
 *
 * @param client A pool or connection of `mysql2/promise` or of `mariadb`; of `mysql2` itself, its `promise()`.
 * @example
 * addStatusHandler("Database", mysql(pool, { maxConnectionsRatio: 0.9 }));
 * @throws TypeError for a client or an option that cannot be right.
 */
export function mysql(client: MysqlClient, options: MysqlOptions = {}): StatusFunction {
  expectMethods("client", client, ["query"]);
  expectOptions(options, DATABASE_LIMITS);
  const limits = { ...options };
  const { asksLag, asksConnections, asksWaiting } = toQuestions(limits);
  if (asksWaiting) expectMethods("warnWaiting, maxWaiting: client", client, ["taskQueueSize"]);

  return withFailureKind(async function askMysql() {
    const startedAt = performance.now();
    const measures: Measure[] = [];
    // Before the question, which may have to wait itself.
    if (asksWaiting) measures.push(measureWaiting(client.taskQueueSize?.() ?? 0, limits));
    const row = await queryRow(client, "SELECT 1 AS one");
    if (Number(row?.["one"]) !== 1) throw new CheckError("wrong answer", "SELECT 1 did not give 1");
    measures.unshift(measureLatency(startedAt));
    if (asksLag) measures.push(measureLag(await readLag(client), limits));
    if (asksConnections) measures.push(measureConnections(await readConnections(client), limits));
    return toStatus(measures);
  });
}

type Row = Readonly<Record<string, unknown>>;

/** mysql2 gives `[rows, fields]`, mariadb the rows. */
async function queryRow(client: MysqlClient, sql: string): Promise<Row | undefined> {
  const answer = await client.query(sql);
  const rows: unknown = Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : answer;
  return Array.isArray(rows) ? (rows[0] as Row | undefined) : undefined;
}

/** A server that replicates nothing does not lag; one whose replication has stopped does not know how much. */
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
  throw new CheckError("wrong answer", "the server does not know its connections");
}
