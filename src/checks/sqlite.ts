import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { FLAG } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { measureLatency, toStatus } from "./support/measure.ts";

/** A database of better-sqlite3, or a DatabaseSync of node:sqlite. */
export interface SqliteClient {
  prepare(sql: string): { get(): unknown };
}

/** How much to check. Every option is optional. */
export interface SqliteOptions {
  /**
   * `true`: reads the whole file and looks for corruption. This blocks the process, for seconds if the file
   * has gigabytes.
   * @default false
   */
  readonly quickCheck?: boolean;
}

// `SELECT 1` would not read the file at all.
const READ_SCHEMA = "SELECT count(*) AS tables FROM sqlite_master";

const OPTIONS: OptionShapes<SqliteOptions> = { quickCheck: { ...FLAG, default: false } };

/**
 * Checks an SQLite database through the application's client, by reading its schema. This needs the file and
 * its lock.
 *
 * OK if the schema can be read. RED if it cannot, or if the database is locked or corrupt.
 *
 * @param client A database of better-sqlite3, or a DatabaseSync of node:sqlite.
 * @example
 * addStatusHandler("Database", sqlite(database));
 * @throws TypeError for an invalid client or option.
 */
export function sqlite(client: SqliteClient, options: SqliteOptions = {}): StatusFunction {
  expectMethods("client", client, ["prepare"]);
  const { quickCheck } = readOptions(OPTIONS, options);

  const run = withFailureKind(function checkSqlite() {
    const startedAt = performance.now();
    const { tables } = readRow(client, READ_SCHEMA);
    if (typeof tables !== "number" && typeof tables !== "bigint")
      throw new CheckError("wrong answer", "the schema cannot be counted");
    const verdict = quickCheck ? readRow(client, "PRAGMA quick_check(1)")["quick_check"] : "ok";
    if (verdict !== "ok") throw new CheckError("wrong answer", `the file is damaged: ${verdict}`);
    return toStatus([
      measureLatency(startedAt),
      { state: "OK", text: `${tables} tables and indices`, labels: { schema_entries: Number(tables) } },
    ]);
  });
  return withDefaultScope(run, "instance");
}

function readRow(client: SqliteClient, sql: string): Readonly<Record<string, unknown>> {
  const row = client.prepare(sql).get();
  if (typeof row === "object" && row !== null) return row as Record<string, unknown>;
  throw new CheckError("wrong answer", "the query returned no row");
}
