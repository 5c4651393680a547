// The load in soak.mjs: readers of the page's events, and requests at a fixed rate.
import { Agent, get } from "node:http";

const HOST = "127.0.0.1";
const TURN_MS = 10;
const MAX_OPEN = 200;
const RECONNECT_MS = 100;

/** Reads the page's events, and reconnects when they end. Returns a function that disconnects. */
export function openReader(port) {
  let request;
  let timer;
  let isClosed = false;

  function connect() {
    request = get({ host: HOST, port, path: "/svc_status.events", agent: false }, (response) =>
      response.resume(),
    );
    request.on("error", () => {}).on("close", reconnect);
  }

  function reconnect() {
    if (!isClosed) timer = setTimeout(connect, RECONNECT_MS);
  }

  connect();
  return function close() {
    isClosed = true;
    clearTimeout(timer);
    request.destroy();
  };
}

/**
 * Sends this number of requests per second to each path in turn, and ignores the statuses of the responses.
 */
export function startRequests(port, paths, perSecond) {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_OPEN });
  const counts = { sent: 0, answered: 0, lost: 0 };
  const startedAt = performance.now();

  function sendDue() {
    const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1_000);
    for (; counts.sent < due; counts.sent += 1) send(paths[counts.sent % paths.length]);
  }

  function send(path) {
    const request = get({ host: HOST, port, path, agent }, (response) => {
      response.resume().on("end", () => {
        counts.answered += 1;
      });
    });
    request.on("error", () => {
      counts.lost += 1;
    });
  }

  const timer = setInterval(sendDue, TURN_MS);
  return {
    counts,
    stop() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
