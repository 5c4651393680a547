// Clients with requests that end by themselves.
import { Agent, request } from "node:http";
import { DONE } from "./routes.mjs";

/**
 * Each kind: its path, how often a request starts, over how many kept connections (0: always a new one), and how
 * a whole response ends.
 */
export const KINDS = {
  "plain requests, new connections": { path: "/", everyMs: 100, kept: 0, last: "hello\n" },
  "plain requests, kept connections": { path: "/", everyMs: 80, kept: 10, last: "hello\n" },
  "long polls, 8 s": { path: "/poll", everyMs: 1_000, kept: 20, last: "hello\n" },
  "token streams, 12 s": { path: "/tokens", everyMs: 1_000, kept: 0, last: DONE },
  "downloads, 25 s": { path: "/download", everyMs: 2_000, kept: 0, last: "" },
};

/** The failures that are described one by one. */
const MAX_FAILURES = 20;

/**
 * Starts requests at a fixed rate, like many clients. `outcomes` has each that has begun after `reset()`:
 * `ok`; `lost`: another status or no connection; `reset`: the connection broke before the response; `cut`: it broke
 * in the response.
 */
export function startRequests(port) {
  const pending = new Set();
  let outcomes = createOutcomes();
  /** When the last response of each instance ended. */
  const lastEnds = new Map();
  /** The first ones that failed. */
  const failures = [];

  function start(kind, { path, kept, last, agent }) {
    const list = outcomes[kind];
    const begunAt = performance.now();
    const sending = send({ port, path, last, agent: kept > 0 ? agent : false }).then((result) => {
      pending.delete(sending);
      list[result.outcome] += 1;
      const endedAt = performance.now();
      if (result.outcome === "ok") lastEnds.set(result.instance, endedAt);
      else if (failures.length < MAX_FAILURES) failures.push({ kind, ...result, begunAt, endedAt });
    });
    pending.add(sending);
  }

  function startKind([kind, { everyMs, kept, ...rest }]) {
    const agent = new Agent({ keepAlive: true, maxSockets: kept || 1, scheduling: "fifo" });
    let due = performance.now();
    return setInterval(
      () => {
        // Requests that were missed while the machine stalled are not made up for.
        due = Math.max(due, performance.now() - 2 * everyMs);
        for (; due <= performance.now(); due += everyMs) start(kind, { kept, agent, ...rest });
      },
      Math.min(everyMs, 50),
    );
  }
  const isShort = ([, { path }]) => path === "/";
  const short = Object.entries(KINDS).filter(isShort).map(startKind);
  const long = Object.entries(KINDS)
    .filter((kind) => !isShort(kind))
    .map(startKind);

  return {
    /** Forgets what has ended. */
    reset() {
      outcomes = createOutcomes();
      failures.length = 0;
    },
    failures,
    getLastEnd: (instance) => lastEnds.get(instance),
    /** Starts no more of the long ones. */
    stopLong() {
      for (const timer of long) clearInterval(timer);
    },
    /** Starts no more, and waits for the rest. */
    async stop() {
      for (const timer of [...short, ...long]) clearInterval(timer);
      await Promise.all(pending);
      return outcomes;
    },
  };
}

function createOutcomes() {
  return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, { ok: 0, lost: 0, reset: 0, cut: 0 }]));
}

function send({ port, path, last, agent }) {
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, path, agent }, (response) => {
      const instance = response.headers["x-instance"];
      let end = "";
      response.setEncoding("latin1");
      response.on("data", (text) => {
        end = `${end}${text}`.slice(-100);
      });
      response.on("close", () => {
        const isWhole = response.complete && end.endsWith(last);
        if (response.statusCode !== 200) resolve({ outcome: "lost", why: response.statusCode, instance });
        else if (isWhole) resolve({ outcome: "ok", instance });
        else resolve({ outcome: "cut", instance });
      });
      response.on("error", () => {});
    });
    sent.on("error", ({ code }) =>
      resolve({ outcome: code === "ECONNREFUSED" ? "lost" : "reset", why: code }),
    );
    sent.end();
  });
}
