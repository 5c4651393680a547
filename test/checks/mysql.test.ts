import { type MysqlClient, mysql } from "../../src/checks/mysql.ts";
import { describeCheck, SECRET } from "../contract/check.ts";
import { createError, hang } from "./support/clients.ts";

const rows: Readonly<Record<string, readonly object[]>> = {
  "SELECT 1 AS one": [{ one: 1 }],
  "SHOW REPLICA STATUS": [],
  "SHOW GLOBAL STATUS LIKE 'Threads_connected'": [{ Variable_name: "Threads_connected", Value: "10" }],
  "SELECT @@max_connections AS size": [{ size: 100 }],
};

/** Answers as mysql2 does. */
function answer(changed: Record<string, readonly object[]> = {}): MysqlClient {
  return { query: async (sql) => [{ ...rows, ...changed }[sql], []] };
}

/** Answers as mariadb does. */
function answerBare(waiting: number): MysqlClient {
  return { query: async (sql) => rows[sql], taskQueueSize: () => waiting };
}

function fail(error: Error): MysqlClient {
  return { query: () => Promise.reject(error) };
}

const limits = { warnLagSeconds: 5, maxLagSeconds: 60, warnConnectionsRatio: 0.8, maxConnectionsRatio: 0.95 };

describeCheck({
  name: "mysql",
  well: () => ({ handler: mysql(answer(), limits) }),
  broken: {
    "refused: connect ECONNREFUSED": () => ({
      handler: mysql(fail(createError("ECONNREFUSED", `connect ECONNREFUSED mysql://me:${SECRET}@db`))),
    }),
    "authentication: Access denied": () => ({
      handler: mysql(fail(createError("ER_ACCESS_DENIED_ERROR", `Access denied, password=${SECRET}`))),
    }),
    "closed: Connection lost": () => ({
      handler: mysql(fail(createError("PROTOCOL_CONNECTION_LOST", "Connection lost"))),
    }),
    "wrong answer: SELECT 1 did not return 1": () => ({ handler: mysql(answer({ "SELECT 1 AS one": [] })) }),
    "wrong answer: the replication has stopped": () => ({
      handler: mysql(answer({ "SHOW REPLICA STATUS": [{ Seconds_Behind_Source: null }] }), limits),
    }),
    "wrong answer: the server does not report its connections": () => ({
      handler: mysql(answer({ "SELECT @@max_connections AS size": [] }), limits),
    }),
  },
  worrying: {
    "replica lag 5.0 s (YELLOW from 5.0 s, RED from 60.0 s)": () => ({
      handler: mysql(answer({ "SHOW REPLICA STATUS": [{ Seconds_Behind_Master: 5 }] }), limits),
    }),
    "connections 10 of 12, that is 83.3 % (YELLOW from 80.0 %": () => ({
      handler: mysql(answer({ "SELECT @@max_connections AS size": [{ size: 12n }] }), limits),
    }),
    "waiting 2 (YELLOW from 1)": () => ({ handler: mysql(answerBare(2), { warnWaiting: 1 }) }),
  },
  unanswered: () => hang([[{ one: 1 }], []], (query) => mysql({ query })),
  mistakes: {
    "client: expected an object with query()": () => mysql({} as MysqlClient),
    "expected an object with taskQueueSize()": () => mysql(answer(), { maxWaiting: 3 }),
    "warnLagSeconds: expected a number": () => mysql(answer(), { warnLagSeconds: -1 }),
    'options: unknown option "lag"': () => mysql(answer(), { lag: 3 } as object),
  },
});
