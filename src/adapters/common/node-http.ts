import type { IncomingMessage, ServerResponse } from "node:http";
import type { StatusService } from "../../http/create-views.ts";
import {
  createResponse,
  type StatusRequest,
  type StatusResponse,
  type StatusStream,
} from "../../http/message.ts";
import { markOwn } from "../../http/own-requests.ts";
import { parseTarget } from "../../http/target.ts";

/** A listener for `node:http`, and a middleware for Connect and compatible frameworks. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/** Passes requests for other paths to `next`. Without `next`, it answers 404. */
export function toNodeHandler(answerStatusRequest: StatusService): NodeHandler {
  return function answerNodeRequest(request, response, next) {
    const answer = answerStatusRequest(toStatusRequest(request, request));
    if (answer === undefined) return next === undefined ? send(response, NOT_FOUND) : next();
    markOwn(request);
    if (answer instanceof Promise) void answer.then((settled) => send(response, settled));
    else send(response, answer);
  };
}

/** Maximum time that a stream waits for a client that does not read: a sleeping computer, or an attacker. */
export const MAX_UNREAD_MS = 15_000;
const LOOK_EVERY_MS = 1_000;

const NOT_FOUND: StatusResponse = createResponse({ status: 404, body: "not found\n" });

/** `raw` is the framework's request, for the application's functions. */
export function toStatusRequest(request: IncomingMessage, raw: unknown): StatusRequest {
  return {
    method: request.method ?? "GET",
    target: toTarget(request),
    remoteAddress: request.socket.remoteAddress,
    header(name) {
      // HTTP/2 sends the host in a pseudo-header (RFC 9113, 8.3.1).
      const value = request.headers[name] ?? (name === "host" ? request.headers[":authority"] : undefined);
      return Array.isArray(value) ? value.join(", ") : value;
    },
    raw,
  };
}

/** Some frameworks resolve `..` before a middleware gets the request, and keep the original in `originalUrl`. */
function toTarget({ url = "/", originalUrl }: IncomingMessage & { readonly originalUrl?: unknown }): string {
  const isResolved = typeof originalUrl === "string" && originalUrl !== url;
  return isResolved && parseTarget(originalUrl) === undefined ? originalUrl : url;
}

/** Bypasses the framework, which would add an ETag, a charset or its own body. */
export function send(response: ServerResponse, { status, headers, body, stream }: StatusResponse): void {
  // An earlier middleware may already have responded, for example after a timeout, and a second write would
  // throw.
  if (response.headersSent) return;
  // Otherwise a client with regular requests would keep its connection to a closed server open.
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
    // Other code has replaced `writeHead`, and it threw. Without this, the client would wait forever.
    response.destroy();
  }
}

/** Sends a stream. A stream has data every second, so this detects a lost client within a second. */
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

/**
 * Waits for a slow client. Resolves with `false` if it does not read for too long, or if the server closes.
 */
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
  // HTTP/2 responds over a stream of its connection.
  const { stream } = response as { readonly stream?: { readonly destroyed: boolean } };
  return stream?.destroyed ?? response.destroyed;
}

/**
 * Whether the server still accepts connections. A closed server waits for its open connections. A server that
 * has never accepted one receives them from other code, by `emit("connection", socket)`.
 */
function isListening({ req }: ServerResponse): boolean {
  const { server } = (req?.socket ?? {}) as { readonly server?: ServerState };
  return server?.listening !== false || (server._connections === 0 && !hasBeenClosed(server));
}

interface ServerState {
  readonly listening?: boolean;
  /** Number of open connections that the server has accepted itself. */
  readonly _connections?: number;
  once?(event: "close", listener: () => void): unknown;
  [CLOSED]?: boolean;
}

const CLOSED: unique symbol = Symbol("svc-status: closed");

/** Whether `close()` was called since the first request on a server that never listened. */
function hasBeenClosed(server: ServerState): boolean {
  if (server[CLOSED] === undefined) {
    server[CLOSED] = false;
    server.once?.("close", () => {
      server[CLOSED] = true;
    });
  }
  return server[CLOSED];
}
