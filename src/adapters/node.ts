import type { IncomingMessage, ServerResponse } from "node:http";
import { createResponse, type StatusRequest, type StatusResponse } from "../http/message.ts";
import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";

export type { Control } from "../http/access.ts";
export type { StatusRequest } from "../http/message.ts";
export type {
  MetricsSource,
  ProbeStatusOptions,
  PrometheusViewOptions,
  ServiceStatusOptions,
  SvcStatusOptions,
} from "../http/options.ts";
export type { Permission } from "../http/permission.ts";

/** A listener for `node:http`, and a middleware for Connect and whatever is built like it. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

/**
 * Serves the status and the probe. What is not ours goes to `next`, or is 404 where there is none.
 *
 * @example
 * createServer(serviceStatus()).listen(8080);
 * @throws TypeError for a mistake in the options.
 */
export function serviceStatus(options?: ServiceStatusOptions): NodeHandler {
  const answerStatusRequest = createStatusService(options);
  return function answerNodeRequest(request, response, next) {
    const answer = answerStatusRequest(toStatusRequest(request));
    if (answer === undefined) return next === undefined ? send(response, NOT_FOUND) : next();
    if (answer instanceof Promise) void answer.then((settled) => send(response, settled));
    else send(response, answer);
  };
}

const NOT_FOUND: StatusResponse = createResponse({ status: 404, body: "not found\n" });

function toStatusRequest(request: IncomingMessage): StatusRequest {
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    remoteAddress: request.socket.remoteAddress,
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    raw: request,
  };
}

function send(response: ServerResponse, { status, headers, body }: StatusResponse): void {
  // A time-out in front of us may have answered meanwhile, and writing twice would throw.
  if (!response.headersSent) response.writeHead(status, headers).end(body);
}
