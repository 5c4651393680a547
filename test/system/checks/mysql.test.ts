import * as mariadb from "mariadb";
import { createPool } from "mysql2/promise";
import { expect, onTestFinished, test } from "vitest";
import { mysql } from "../../../src/checks/mysql.ts";
import { ask } from "../../contract/check.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { PASSWORD, startMariadb, USER } from "../../support/servers.ts";
import { describeWithProgram } from "../../support/system.ts";

const limits = { warnLagSeconds: 5, maxConnectionsRatio: 0.95 };

function toSettings(port: number, password: string) {
  return { host: "127.0.0.1", port, user: USER, password, database: "test" };
}

function connectMysql2(port: number, password: string): RealClient {
  const pool = createPool(toSettings(port, password));
  return { handler: mysql(pool, limits), close: () => pool.end() };
}

function connectMariadb(port: number, password: string): RealClient {
  const pool = mariadb.createPool({
    ...toSettings(port, password),
    connectionLimit: 2,
    acquireTimeout: 2_000,
  });
  return { handler: mysql(pool, { ...limits, warnWaiting: 1 }), close: () => pool.end() };
}

describeWithProgram(["mariadbd", "mariadb-install-db"], "mysql, with a real MariaDB", () => {
  describeRealServer({
    start: startMariadb,
    clients: { "a pool of mysql2": connectMysql2, "a pool of mariadb": connectMariadb },
    async countConnections(port) {
      const pool = createPool(toSettings(port, PASSWORD));
      const [rows] = await pool.query("SHOW PROCESSLIST");
      await pool.end();
      return (rows as unknown[]).length;
    },
    wrongPassword: /^authentication: .*Access denied for user 'me'/,
  });

  test("knows a real replica from one that has stopped", async () => {
    const source = await startMariadb("--server-id=1", "--log-bin=changes");
    onTestFinished(source.close);
    const replica = await startMariadb("--server-id=2");
    onTestFinished(replica.close);
    const pool = createPool(toSettings(replica.port, PASSWORD));
    onTestFinished(() => pool.end());
    const check = mysql(pool, { warnLagSeconds: 30 });
    const from = `MASTER_HOST='127.0.0.1', MASTER_PORT=${source.port}, MASTER_USER='${USER}'`;
    await pool.query(`CHANGE MASTER TO ${from}, MASTER_PASSWORD='${PASSWORD}'`);
    await pool.query("START REPLICA");
    await expect.poll(async () => (await ask(check)).status.state, { timeout: 20_000 }).toBe("OK");
    // As long as it applies what happened before, it lags behind.
    await expect
      .poll(async () => (await ask(check)).status.detail)
      .toContain("replica lag 0.0 s (YELLOW from 30.0 s)");

    await pool.query("STOP REPLICA");
    expect((await ask(check)).status).toMatchObject({
      state: "RED",
      detail: "wrong answer: the replication has stopped",
    });
  });
});
