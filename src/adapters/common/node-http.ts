import type { IncomingMessage, ServerResponse } from "node:http";
import {
  createResponse,
  type StatusRequest,
  type StatusResponse,
  type StatusStream,
} from "../../http/message.ts";
import { markOwn } from "../../http/own-requests.ts";
import type { StatusService } from "../../http/service.ts";

/** A listener for `node:http`, and a middleware for Connect and whatever is built like it. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/** What is not ours goes to `next`, or is 404 where there is none. */
export function toNodeHandler(answerStatusRequest: StatusService): NodeHandler {
  return function answerNodeRequest(request, response, next) {
    const answer = answerStatusRequest(toStatusRequest(request, request));
    if (answer === undefined) return next === undefined ? send(response, NOT_FOUND) : next();
    markOwn(request);
    if (answer instanceof Promise) void answer.then((settled) => send(response, settled));
    else send(response, answer);
  };
}

/** How long a stream waits for a reader that does not read: a computer that sleeps, or one that wants to do harm. */
export const MAX_UNREAD_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

const NOT_FOUND: StatusResponse = createResponse({ status: 404, body: "not found\n" });

/** `raw` is what the application's own functions get to see: its framework's request. */
export function toStatusRequest(request: IncomingMessage, raw: unknown): StatusRequest {
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    remoteAddress: request.socket.remoteAddress,
    header(name) {
      // HTTP/2 has the host in a pseudo-header (RFC 9113, 8.3.1).
      const value = request.headers[name] ?? (name === "host" ? request.headers[":authority"] : undefined);
      return Array.isArray(value) ? value.join(", ") : value;
    },
    raw,
  };
}

/** Writes past the framework, which could only add an ETag, a charset or a body of its own. */
export function send(response: ServerResponse, { status, headers, body, stream }: StatusResponse): void {
  // A time-out in front of us may have answered meanwhile, and writing twice would throw.
  if (response.headersSent) return;
  // Whoever asks again and again would otherwise keep its connection to a server that has been closed.
  if (stream !== undefined || !isListening(response)) response.shouldKeepAlive = false;
  try {
    response.writeHead(status, headers);
    if (stream === undefined) response.end(body);
    else
      void sendStream(
        response,
        stream(() => void response.destroy()),
      );
  } catch {
    // Somebody has put a `writeHead` of his own in place of Node's, and it threw. No answer is better than none ever.
    response.destroy();
  }
}

/** A stream comes with something each second; so often it is looked whether there is still somebody to send it to. */
async function sendStream(response: ServerResponse, stream: StatusStream): Promise<void> {
  response.once("close", stream.cancel);
  response.once("error", stream.cancel);
  while (!isGone(response) && isListening(response)) {
    const piece = await stream.next();
    if (piece === undefined) break;
    if (!response.write(piece) && !(await hasBeenRead(response))) response.destroy();
  }
  stream.cancel();
  response.end();
}

/** Waits for a slow reader. `false` where it is in vain: nothing is read for too long, or the server closes. */
function hasBeenRead(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    let waitedMs = 0;
    const looking = setInterval(look, LOOK_EVERY_MS).unref();
    response.on("drain", go).on("close", stop);

    function look(): void {
      waitedMs += LOOK_EVERY_MS;
      if (waitedMs >= MAX_UNREAD_MS || !isListening(response)) stop();
    }

    function go(): void {
      settle(true);
    }

    function stop(): void {
      settle(false);
    }

    function settle(isRead: boolean): void {
      clearInterval(looking);
      response.off("drain", go).off("close", stop);
      resolve(isRead);
    }
  });
}

function isGone(response: ServerResponse): boolean {
  // HTTP/2 answers over a stream of its connection.
  const { stream } = response as { readonly stream?: { readonly destroyed: boolean } };
  return stream?.destroyed ?? response.destroyed;
}

/**
 * Whether the server still takes connections; a server that has been closed waits for those that it has. One that has
 * never accepted any gets them from elsewhere, by `emit("connection", socket)`.
 */
function isListening({ req }: ServerResponse): boolean {
  const { server } = (req?.socket ?? {}) as { readonly server?: ServerState };
  return server?.listening !== false || (server._connections === 0 && !hasBeenClosed(server));
}

interface ServerState {
  readonly listening?: boolean;
  /** How many connections it has that it has accepted itself. */
  readonly _connections?: number;
  once?(event: "close", listener: () => void): unknown;
  [CLOSED]?: boolean;
}

const CLOSED: unique symbol = Symbol("svc-status: closed");

/** Whether `close()` was called, since the first request came, on a server that never listened. */
function hasBeenClosed(server: ServerState): boolean {
  if (server[CLOSED] === undefined) {
    server[CLOSED] = false;
    server.once?.("close", () => {
      server[CLOSED] = true;
    });
  }
  return server[CLOSED];
}
