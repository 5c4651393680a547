import { Pool } from "pg";
import createSql from "postgres";
import { expect, onTestFinished, test } from "vitest";
import { postgres } from "../../../src/checks/postgres.ts";
import { ask } from "../../contract/check.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { PASSWORD, startPostgres, startPostgresReplica, USER } from "../../support/servers.ts";
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

  test("tells how far a real replica lags behind", async () => {
    const primary = await startPostgres();
    onTestFinished(primary.close);
    const replica = await startPostgresReplica(primary);
    onTestFinished(replica.close);
    const [writer, reader] = [createPool(primary.port, PASSWORD), createPool(replica.port, PASSWORD)];
    const check = postgres(reader, { warnLagSeconds: 0.2, maxLagSeconds: 60 });
    await expect.poll(async () => (await ask(check)).status.state, { timeout: 20_000 }).toBe("OK");

    await reader.query("SELECT pg_wal_replay_pause()");
    await writer.query("CREATE TABLE notes AS SELECT 'unseen' AS text");
    await expect.poll(async () => (await ask(check)).status.state, { timeout: 20_000 }).toBe("YELLOW");
    expect((await ask(check)).status.detail).toMatch(
      /replica lag \d+\.\d s \(YELLOW from 0\.2 s, RED from 60\.0 s\)/,
    );
    await reader.query("SELECT pg_wal_replay_resume()");
    await expect.poll(async () => (await ask(check)).status.state, { timeout: 20_000 }).toBe("OK");
    await Promise.all([writer.end(), reader.end()]);
  });
});
