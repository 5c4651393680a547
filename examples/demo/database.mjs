import { PGlite } from "@electric-sql/pglite";
import pg from "pg";

/**
 * A PostgreSQL that can be stopped and started: either PGlite, which is PostgreSQL compiled to WebAssembly,
 * in memory, or the server at `url`. For a server, only our connections are closed and opened.
 */
export function createDatabase(url) {
  let connection = connect(url);
  let isRunning = true;
  return {
    query: (sql, values) => connection.query(sql, values),
    async start() {
      if (!isRunning) connection = connect(url);
      isRunning = true;
      await connection.query("SELECT 1");
    },
    async stop() {
      if (isRunning) await connection.close();
      isRunning = false;
    },
  };
}

function connect(url) {
  if (url === undefined) return new PGlite();
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 4_000 });
  // If an idle connection breaks, the pool replaces it. The next query reports any error.
  pool.on("error", () => {});
  return { query: (sql, values) => pool.query(sql, values), close: () => pool.end() };
}
