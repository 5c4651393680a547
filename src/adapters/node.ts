import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";
import { type NodeHandler, toNodeHandler } from "./common/node-http.ts";

export type { NodeHandler } from "./common/node-http.ts";
export type * from "./common/options.ts";

/**
 * Serves the status and the probe. Passes other requests to `next`. Without `next`, it answers 404.
 *
 * @example
 * createServer(serviceStatus()).listen(8080);
 * @throws TypeError for invalid options.
 */
export function serviceStatus(options?: ServiceStatusOptions): NodeHandler {
  return toNodeHandler(createStatusService(options));
}
