import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";
import { toNodeHandler } from "./common/node-http.ts";

export type * from "./common/options.ts";

/** A middleware for Express 4 and 5. */
export type ExpressMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

/**
 * Serves the status and the probe, at the configured paths below the mount path. Mount it first, because
 * middleware that is mounted earlier also runs earlier.
 *
 * @example
 * app.use(serviceStatus());
 * @throws TypeError for invalid options.
 */
export function serviceStatus(options?: ServiceStatusOptions): ExpressMiddleware {
  return toNodeHandler(createStatusService(options));
}
