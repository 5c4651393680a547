import { PGlite } from "@electric-sql/pglite";
import { expect, test } from "vitest";
import { type PgClient, postgres } from "../../src/checks/postgres.ts";
import { ask, describeCheck, SECRET } from "../contract/check.ts";
import { createError, hang } from "./support/clients.ts";

/** A client that gives one row. */
function answer(row: object | undefined): PgClient {
  return { query: async () => ({ rows: row === undefined ? [] : [row] }) };
}

function fail(error: Error): PgClient {
  return { query: () => Promise.reject(error) };
}

const limits = { warnLagSeconds: 5, maxLagSeconds: 60, warnConnectionsRatio: 0.8, maxConnectionsRatio: 0.95 };
const well = { one: 1, lag: 0, connections: 10, max_connections: 100 };

describeCheck({
  name: "postgres",
  well: () => ({ handler: postgres(answer(well), limits) }),
  broken: {
    "refused: connect ECONNREFUSED": () => ({
      handler: postgres(fail(createError("ECONNREFUSED", `connect ECONNREFUSED postgres://me:${SECRET}@db`))),
    }),
    "authentication: password authentication failed": () => ({
      handler: postgres(fail(createError("28P01", `password authentication failed, password=${SECRET}`))),
    }),
    "closed: Connection terminated unexpectedly": () => ({
      handler: postgres(fail(new Error("Connection terminated unexpectedly"))),
    }),
    "wrong answer: the query returned no row": () => ({ handler: postgres(answer(undefined)) }),
    "wrong answer: SELECT 1 did not return 1": () => ({ handler: postgres(answer({ one: 2 })) }),
    "wrong answer: the server does not report its lag": () => ({
      handler: postgres(answer({ ...well, lag: null }), limits),
    }),
    "answered in": () => ({ handler: postgres(answer({ ...well, lag: 60 }), limits) }),
  },
  worrying: {
    "replica lag 5.0 s (YELLOW from 5.0 s, RED from 60.0 s)": () => ({
      handler: postgres(answer({ ...well, lag: 5 }), limits),
    }),
    "connections 90 of 100, that is 90.0 % (YELLOW from 80.0 %, RED from 95.0 %)": () => ({
      handler: postgres(answer({ ...well, connections: 90 }), limits),
    }),
    "waiting 2 (YELLOW from 1)": () => ({
      handler: postgres({ ...answer(well), waitingCount: 2 }, { warnWaiting: 1 }),
    }),
  },
  unanswered: () => hang({ rows: [well] }, (query) => postgres({ query })),
  mistakes: {
    "client: expected an object with query() or a function with unsafe()": () => postgres({} as PgClient),
    "expected a client that reports its waitingCount": () => postgres(answer(well), { maxWaiting: 3 }),
    "maxConnectionsRatio: expected a number from 0 to 1": () =>
      postgres(answer(well), { maxConnectionsRatio: 95 }),
    'options: unknown option "lag"': () => postgres(answer(well), { lag: 3 } as object),
  },
});

test("asks a real PGlite", async () => {
  const database = new PGlite();
  const { status } = await ask(postgres(database, limits), { timeoutMs: 30_000 });
  await database.close();
  expect(status).toMatchObject({ state: "OK", labels: { replica_lag_seconds: 0 } });
});

test("asks for nothing that no option needs", async () => {
  const asked: string[] = [];
  const client: PgClient = {
    async query(sql) {
      asked.push(sql);
      return { rows: [well] };
    },
  };
  await ask(postgres(client));
  expect(asked).toEqual(["SELECT 1 AS one"]);
});
