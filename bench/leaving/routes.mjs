// The responses of the service. Each names the process that has sent it.
export const TIMES = { pollMs: 8_000, tokensMs: 12_000, downloadMs: 25_000, tickMs: 5_000, partMs: 250 };

/** Bytes of each part of a download. */
const PART = Buffer.alloc(1_024, "x");

export const DONE = "data: [DONE]\n\n";

export function createRoutes(name) {
  const listeners = new Set();
  let halves = 0;

  // Each event is written in two halves, so that an end in the middle of one shows.
  setInterval(() => {
    halves += 1;
    const half = halves % 2 === 1 ? `data: {"tick":` : `${halves}}\n\n`;
    for (const response of listeners) response.write(half);
  }, TIMES.tickMs / 2).unref();

  const ROUTES = {
    "/": (_request, response) => response.end("hello\n"),
    "/poll": (_request, response) => void setTimeout(() => response.end("hello\n"), TIMES.pollMs),
    "/tokens"(_request, response) {
      response.setHeader("Content-Type", "text/event-stream");
      sendParts(response, { lastMs: TIMES.tokensMs, part: "data: token\n\n", last: DONE });
    },
    "/download"(_request, response) {
      const parts = TIMES.downloadMs / TIMES.partMs;
      response.setHeader("Content-Length", parts * PART.length);
      sendParts(response, { lastMs: TIMES.downloadMs, part: PART, last: PART });
    },
    "/events"(_request, response) {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      response.write(": hello\n\n");
      listeners.add(response);
      response.on("close", () => listeners.delete(response));
    },
  };

  return {
    handle(request, response) {
      response.setHeader("X-Instance", name);
      const route = ROUTES[request.url] ?? ((_request, answer) => answer.writeHead(404).end());
      route(request, response);
    },
    /** A WebSocket. */
    greet(socket) {
      socket.send(name);
      const timer = setInterval(() => socket.send("tick"), TIMES.tickMs);
      socket.on("close", () => clearInterval(timer));
      socket.on("error", () => {});
    },
  };
}

/** By the clock, so that a response lasts no longer on a busy machine. */
function sendParts(response, { lastMs, part, last }) {
  const beganAt = performance.now();
  const parts = lastMs / TIMES.partMs;
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(parts, Math.floor((performance.now() - beganAt) / TIMES.partMs));
    for (; sent < due; sent += 1) {
      if (sent < parts - 1) response.write(part);
      else response.end(last);
    }
    if (sent === parts) clearInterval(timer);
  }, TIMES.partMs);
  response.on("close", () => clearInterval(timer));
}
