import { Pool } from "pg";
import createSql from "postgres";
import { postgres } from "../../../src/checks/postgres.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { PASSWORD, startPostgres, USER } from "../../support/servers.ts";
import { describeWithProgram } from "../../support/system.ts";

const limits = { warnLagSeconds: 5, maxConnectionsRatio: 0.95 };

function createPool(port: number, password: string): Pool {
  const pool = new Pool({ host: "127.0.0.1", port, user: USER, password, database: "postgres" });
  return pool.on("error", () => {}); // idle connections that the server cuts
}

function connectPg(port: number, password: string): RealClient {
  const pool = createPool(port, password);
  return { handler: postgres(pool, { ...limits, warnWaiting: 1 }), close: () => pool.end() };
}

function connectPostgresJs(port: number, password: string): RealClient {
  const sql = createSql({ host: "127.0.0.1", port, user: USER, password, database: "postgres" });
  return { handler: postgres(sql, limits), close: () => sql.end({ timeout: 0 }) };
}

describeWithProgram(["postgres", "initdb"], "postgres, with a real PostgreSQL", () => {
  describeRealServer({
    start: startPostgres,
    clients: { "a Pool of pg": connectPg, "postgres.js": connectPostgresJs },
    async countConnections(port) {
      const pool = createPool(port, PASSWORD);
      const { rows } = await pool.query(
        "SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = $1",
        [USER],
      );
      await pool.end();
      return rows[0].count;
    },
    wrongPassword: /^authentication: password authentication failed for user "me"/,
  });
});
