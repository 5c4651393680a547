import { type RedisClient, redis } from "../../src/checks/redis.ts";
import { describeCheck, SECRET } from "../contract/check.ts";
import { createError, hang } from "./support/clients.ts";

/** A client with these lines in its INFO. */
function answer(...info: string[]): RedisClient {
  return { ping: async () => "PONG", info: async () => `# Section\r\n${info.join("\r\n")}\r\n` };
}

function fail(error: Error): RedisClient {
  return { ping: () => Promise.reject(error) };
}

const limits = { warnMemoryRatio: 0.8, maxMemoryRatio: 0.95 };

describeCheck({
  name: "redis",
  well: () => ({
    handler: redis(answer("used_memory:10", "maxmemory:100", "role:slave", "master_link_status:up"), {
      ...limits,
      replicaLink: true,
    }),
  }),
  broken: {
    "refused: connect ECONNREFUSED": () => ({
      handler: redis(fail(createError("ECONNREFUSED", `connect ECONNREFUSED redis://:${SECRET}@cache`))),
    }),
    "authentication: WRONGPASS": () => ({
      handler: redis(fail(new Error(`WRONGPASS invalid username-password pair password=${SECRET}`))),
    }),
    "closed: Connection is closed.": () => ({ handler: redis(fail(new Error("Connection is closed."))) }),
    "wrong answer: PING was not answered with PONG": () => ({ handler: redis({ ping: async () => SECRET }) }),
    "wrong answer: the server does not report its memory": () => ({ handler: redis(answer(), limits) }),
    "answered in": () => ({
      handler: redis(answer("role:slave", "master_link_status:down"), { replicaLink: true }),
    }),
  },
  worrying: {
    "memory 90.0 % of 100 B (YELLOW from 80.0 %, RED from 95.0 %)": () => ({
      handler: redis(answer("used_memory:90", "maxmemory:100"), limits),
    }),
  },
  unanswered: () => hang("PONG", (ping) => redis({ ping })),
  mistakes: {
    "client: expected an object with ping()": () => redis({} as RedisClient),
    "client: expected an object with info()": () =>
      redis({ ping: async () => "PONG" }, { replicaLink: true }),
    "maxMemoryRatio: expected a number from 0 to 1": () => redis(answer(), { maxMemoryRatio: 90 }),
    'options: unknown option "memory"': () => redis(answer(), { memory: 1 } as object),
  },
});
