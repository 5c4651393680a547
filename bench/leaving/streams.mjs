// Clients with connections that never end: each reconnects, as browsers do.
import { request } from "node:http";
import { WebSocket } from "ws";

export const CLIENTS = 100;

/** The time after which an `EventSource` reconnects if the server sends none. */
const RETRY_MS = 1_000;

/**
 * - `ended`: the server has ended it cleanly; `cut`: the connection broke; `lost`: it could not connect.
 * - `back`: it came back to the process that it has left.
 * - `half`: an event that was dispatched in the middle.
 * - `moves`: when each came to another process.
 */
function createCounts() {
  return { ended: 0, cut: 0, lost: 0, back: 0, half: 0, moves: [] };
}

export function startEventStreams(port) {
  return startClients((client) => {
    const sent = request({ host: "127.0.0.1", port, path: "/events", agent: false }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        return client.onFailure();
      }
      client.onOpen(response.headers["x-instance"]);
      const parser = createParser(client);
      response.setEncoding("utf8").on("data", parser.add);
      response.on("error", () => {});
      response.on("close", () => client.onClose(response.complete, parser.retryMs));
      return undefined;
    });
    sent.on("error", () => client.onFailure());
    sent.end();
    return () => sent.destroy();
  });
}

/** The parts of the standard that the service uses. */
function createParser({ onHalf }) {
  let rest = "";
  let data = "";
  const parser = {
    retryMs: RETRY_MS,
    add(text) {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop();
      for (const line of lines) readLine(line);
    },
  };
  function readLine(line) {
    if (line.startsWith("retry:")) parser.retryMs = Number(line.slice(6));
    if (line.startsWith("data:")) data = line.slice(5);
    if (line !== "" || data === "") return;
    try {
      JSON.parse(data);
    } catch {
      onHalf();
    }
    data = "";
  }
  return parser;
}

export function startSockets(port) {
  return startClients((client) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
    let isOpen = false;
    socket.once("message", (name) => {
      isOpen = true;
      client.onOpen(String(name));
    });
    socket.on("error", () => {});
    socket.on("close", (code) => {
      // Clients of WebSockets choose the time themselves.
      if (isOpen) client.onClose(code === 1_000 || code === 1_001, RETRY_MS * (0.5 + Math.random()));
      else client.onFailure();
    });
    return () => socket.terminate();
  });
}

function startClients(connect) {
  let counts = createCounts();
  let isStopped = false;
  let open = 0;
  /** When the last connection to each instance ended. */
  const lastEnds = new Map();
  const closers = new Set();

  function startClient() {
    let left;
    let current;
    let isDone = false;
    let close = () => {};

    function again(ms) {
      closers.delete(close);
      if (isDone || isStopped) return;
      isDone = true;
      setTimeout(() => {
        isDone = false;
        open_();
      }, ms);
    }
    function open_() {
      if (isStopped) return;
      close = connect({
        onOpen(instance) {
          if (instance === left) counts.back += 1;
          if (left !== undefined && instance !== left) counts.moves.push(performance.now());
          current = instance;
          open += 1;
        },
        onClose(isClean, retryMs) {
          open -= 1;
          if (isStopped) return;
          counts[isClean ? "ended" : "cut"] += 1;
          lastEnds.set(current, performance.now());
          left = current;
          again(retryMs);
        },
        onFailure() {
          if (isStopped) return;
          counts.lost += 1;
          again(RETRY_MS);
        },
        onHalf() {
          counts.half += 1;
        },
      });
      closers.add(close);
    }
    open_();
  }

  for (let index = 0; index < CLIENTS; index += 1) setTimeout(startClient, index * 20);

  return {
    reset() {
      counts = createCounts();
    },
    get open() {
      return open;
    },
    getLastEnd: (instance) => lastEnds.get(instance),
    stop() {
      isStopped = true;
      for (const close of closers) close();
      return counts;
    },
  };
}
