import type { IncomingMessage, ServerResponse } from "node:http";
import { createResponse, type StatusRequest, type StatusResponse } from "../../http/message.ts";
import type { StatusService } from "../../http/service.ts";

/** A listener for `node:http`, and a middleware for Connect and whatever is built like it. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/** What is not ours goes to `next`, or is 404 where there is none. */
export function toNodeHandler(answerStatusRequest: StatusService): NodeHandler {
  return function answerNodeRequest(request, response, next) {
    const answer = answerStatusRequest(toStatusRequest(request, request));
    if (answer === undefined) return next === undefined ? send(response, NOT_FOUND) : next();
    if (answer instanceof Promise) void answer.then((settled) => send(response, settled));
    else send(response, answer);
  };
}

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
export function send(response: ServerResponse, { status, headers, body }: StatusResponse): void {
  // A time-out in front of us may have answered meanwhile, and writing twice would throw.
  if (response.headersSent) return;
  try {
    response.writeHead(status, headers).end(body);
  } catch {
    // Somebody has put a `writeHead` of his own in place of Node's, and it threw. No answer is better than none ever.
    response.destroy();
  }
}
