import type { StatusService } from "../../http/create-views.ts";
import { NO_PREFLIGHT, toRouteUrl } from "../common/fastify-routes.ts";
import { type NodeHandler, toNodeHandler } from "../common/node-http.ts";

/** The part of Nest's HTTP adapters that this module uses. */
export interface HttpAdapter {
  use(handler: NodeHandler): unknown;
  getType(): string;
  getInstance(): unknown;
}

interface FastifyInstance {
  route(route: object): unknown;
}

interface FastifyReply {
  callNotFound(): unknown;
}

/** Mounts a status service, ahead of everything that is mounted later. */
export function mount(adapter: HttpAdapter, answerStatusRequest: StatusService): void {
  adapter.use(toNodeHandler(answerStatusRequest));
  if (adapter.getType() !== "fastify") return;
  const fastify = adapter.getInstance() as FastifyInstance;
  // With Fastify, Nest runs CORS before all middleware. These routes only configure it; the middleware above
  // answers.
  for (const path of answerStatusRequest.paths) {
    const url = toRouteUrl(path);
    const config = { cors: NO_PREFLIGHT };
    fastify.route({ method: "OPTIONS", url, config, schema: { hide: true }, handler: answerNotFound });
  }
}

function answerNotFound(_request: unknown, reply: FastifyReply): void {
  reply.callNotFound();
}
