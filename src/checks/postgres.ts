import type { StatusFunction } from "../core/handler.ts";
import { failExpectation } from "../options/expect.ts";
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

/** A Pool or a Client of `pg`, or PGlite. */
export interface PgClient {
  query(sql: string): PromiseLike<{ readonly rows: readonly unknown[] }>;
  /** Number of callers that wait for a connection. Only a Pool of `pg` has it. */
  readonly waitingCount?: number;
}

/** The `sql` of postgres.js. */
export interface PostgresJsClient {
  unsafe(sql: string): PromiseLike<readonly unknown[]>;
}

/**
 * Limits for a PostgreSQL server. Every option is optional. The limits for the lag and the connections add queries.
 */
export interface PostgresOptions extends DatabaseLimits {}

// A replica that has replayed everything it received has no lag, however old its last transaction is, unless
// it receives nothing at all. If it has replayed no transaction since its start, it has lagged since then.
const LAG = `CASE
  WHEN NOT pg_is_in_recovery() THEN 0
  WHEN EXISTS (SELECT FROM pg_stat_wal_receiver) AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
  ELSE extract(epoch FROM now() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()))
END::float8 AS lag`;
const CONNECTIONS = `(SELECT sum(numbackends) FROM pg_stat_database)::float8 AS connections,
current_setting('max_connections')::float8 AS max_connections`;

/**
 * Queries a PostgreSQL server through the application's client: `SELECT 1`, and the queries that the options need.
 *
 * YELLOW and RED by the limits; RED if a query fails. A query that hangs occupies its connection until the
 * client gives up, so set a timeout in the client.
 *
 * @param client A Pool or Client of `pg`, the `sql` of postgres.js, or PGlite.
 * @example
 * addStatusHandler("Database", postgres(pool, { warnWaiting: 1, maxLagSeconds: 60 }));
 * @throws TypeError for an invalid client or option.
 */
export function postgres(client: PgClient | PostgresJsClient, options: PostgresOptions = {}): StatusFunction {
  const query = toQuery(client);
  const limits = readOptions(DATABASE_LIMITS, options);
  const { readsLag, readsConnections, readsWaiting } = toReadings(limits);
  if (readsWaiting && readWaiting(client) === undefined)
    throw new TypeError(
      "warnWaiting, maxWaiting: expected a client that reports its waitingCount, as a Pool does",
    );
  const columns = ["1 AS one", ...(readsLag ? [LAG] : []), ...(readsConnections ? [CONNECTIONS] : [])];
  const sql = `SELECT ${columns.join(", ")}`;

  return withFailureKind(async function checkPostgres() {
    const startedAt = performance.now();
    const measures: Measure[] = [];
    // Read before the query, which may itself have to wait.
    if (readsWaiting) measures.push(measureWaiting(readWaiting(client) ?? 0, limits));
    const row = await query(sql);
    if (row["one"] !== 1) throw new CheckError("wrong answer", "SELECT 1 did not return 1");
    measures.unshift(measureLatency(startedAt));
    if (readsLag) measures.push(measureLag(readNumber(row, "lag"), limits));
    if (readsConnections) {
      const used = readNumber(row, "connections");
      const size = readNumber(row, "max_connections");
      measures.push(measureConnections({ used, size }, limits));
    }
    return toStatus(measures);
  });
}

type Row = Readonly<Record<string, unknown>>;

function toQuery(client: unknown): (sql: string) => Promise<Row> {
  if (hasMethod(client, "unsafe")) return async (sql) => toRow(await client.unsafe(sql));
  if (hasMethod(client, "query"))
    return async (sql) => toRow(((await client.query(sql)) as { rows?: unknown } | undefined)?.rows);
  return failExpectation("client", "an object with query() or a function with unsafe()", client);
}

function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (sql: string) => unknown> {
  const isHolder = (typeof value === "object" && value !== null) || typeof value === "function";
  return isHolder && typeof (value as Record<string, unknown>)[name] === "function";
}

function toRow(rows: unknown): Row {
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  if (typeof row === "object" && row !== null) return row as Row;
  throw new CheckError("wrong answer", "the query returned no row");
}

function readNumber(row: Row, column: string): number {
  const value = Number(row[column] ?? Number.NaN);
  if (Number.isFinite(value)) return value;
  throw new CheckError("wrong answer", `the server does not report its ${column}`);
}

function readWaiting(client: object): number | undefined {
  const { waitingCount } = client as { waitingCount?: unknown };
  return typeof waitingCount === "number" ? waitingCount : undefined;
}
