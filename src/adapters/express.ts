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
 * Serves the status and the probe, at the paths of the options behind the path that it is mounted at. Mount it
 * first: what is mounted before it also stands before it.
 *
 * @example
 * app.use(serviceStatus());
 * @throws TypeError for a mistake in the options.
 */
export function serviceStatus(options?: ServiceStatusOptions): ExpressMiddleware {
  return toNodeHandler(createStatusService(options));
}
