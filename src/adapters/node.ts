import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";
import { type NodeHandler, toNodeHandler } from "./common/node-http.ts";

export type { NodeHandler } from "./common/node-http.ts";
export type * from "./common/options.ts";

/**
 * Serves the status and the probe. What is not ours goes to `next`, or is 404 where there is none.
 *
 * @example
 * createServer(serviceStatus()).listen(8080);
 * @throws TypeError for a mistake in the options.
 */
export function serviceStatus(options?: ServiceStatusOptions): NodeHandler {
  return toNodeHandler(createStatusService(options));
}
