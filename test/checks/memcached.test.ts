import { type MemcachedClient, memcached } from "../../src/checks/memcached.ts";
import { describeCheck, SECRET, type Unanswered } from "../contract/check.ts";
import { createDeferred } from "../support/deferred.ts";
import { createError } from "./support/clients.ts";

type Callback = (error: unknown, ...results: unknown[]) => void;

const stats = { bytes: "90", limit_maxbytes: "100" };
const refused = createError("ECONNREFUSED", `connect ECONNREFUSED memcached://me:${SECRET}@cache`);

/** Calls back once for all servers, as `memcached` does. */
function answerOnce(error: unknown, ...results: object[]): MemcachedClient {
  return { stats: (callback: Callback) => callback(error, results) };
}

/** Calls back for each server, as `memjs` does. */
function answerEach(...results: (object | Error)[]): MemcachedClient {
  return {
    servers: results,
    stats(callback: Callback) {
      for (const result of results)
        if (result instanceof Error) callback(result, "cache:11211", null);
        else callback(null, "cache:11211", result);
    },
  };
}

describeCheck({
  name: "memcached",
  well: () => ({ handler: memcached(answerEach(stats, stats)) }),
  broken: {
    "refused: connect ECONNREFUSED": () => ({ handler: memcached(answerOnce(refused)) }),
    "refused: ": () => ({ handler: memcached(answerEach(refused, refused)) }),
    "wrong answer: no server has answered": () => ({ handler: memcached(answerOnce(undefined)) }),
    "wrong answer: a server does not report its memory": () => ({
      handler: memcached(answerOnce(undefined, { limit_maxbytes: 0, bytes: 0 })),
    }),
    "answered in": () => ({ handler: memcached(answerOnce(undefined, stats), { maxMemoryRatio: 0.9 }) }),
  },
  worrying: {
    "1 answered, connect ECONNREFUSED": () => ({ handler: memcached(answerEach(stats, refused)) }),
    "connect ECONNREFUSED memcached://***@cache": () => ({ handler: memcached(answerOnce(refused, stats)) }),
    "memory 90.0 % of 100 B (YELLOW from 80.0 %)": () => ({
      handler: memcached(answerOnce(undefined, stats), { warnMemoryRatio: 0.8 }),
    }),
  },
  unanswered(): Unanswered {
    const asked = createDeferred<Callback>();
    const handler = memcached({ stats: asked.resolve });
    let answer: Callback = () => {};
    void asked.promise.then((callback) => {
      answer = callback;
    });
    return { handler, asked: asked.promise, answerLate: () => answer(null, [stats]) };
  },
  mistakes: {
    "client: expected an object with stats()": () => memcached({} as MemcachedClient),
    "maxMemoryRatio: expected a number from 0 to 1": () =>
      memcached(answerEach(stats), { maxMemoryRatio: 90 }),
    'options: unknown option "memory"': () => memcached(answerEach(stats), { memory: 1 } as object),
  },
});
