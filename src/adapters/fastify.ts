import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceStatusOptions } from "../http/options.ts";
import { markOwn } from "../http/own-requests.ts";
import { createStatusService } from "../http/service.ts";
import { parseTarget } from "../http/target.ts";
import { NO_PREFLIGHT, toRouteUrl } from "./common/fastify-routes.ts";
import { send, toStatusRequest } from "./common/node-http.ts";

export type * from "./common/options.ts";

/** The part of a Fastify instance that the plugin uses. */
export interface FastifyApp {
  readonly supportedMethods: readonly string[];
  route(route: FastifyRoute): unknown;
  addHook(name: "onRequest", hook: FastifyHook): unknown;
}

export interface FastifyRoute {
  readonly method: string[];
  readonly url: string;
  readonly config: object;
  readonly schema: object;
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => void;
}

export type FastifyHook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

export interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly routeOptions: { readonly config: object };
  readonly params: unknown;
}

export interface FastifyReply {
  readonly raw: ServerResponse;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  hijack(): unknown;
  callNotFound(): unknown;
}

/**
 * A plugin for Fastify 5 that serves the status and the probe. Register it first, because hooks of plugins
 * that are registered earlier also run earlier. Pass Fastify's `prefix` and `logLevel` along with our
 * options. With `logLevel: "silent"`, Fastify does not log these requests.
 *
 * @example
 * app.register(serviceStatus, { logLevel: "silent" });
 * @throws TypeError for invalid options; `app.ready()` and `app.listen()` reject with it.
 */
export async function serviceStatus(app: FastifyApp, options: ServiceStatusOptions): Promise<void> {
  const { prefix, logLevel, logSerializers, ...serviceOptions } = options as RegisterOptions;
  const answerStatusRequest = createStatusService(serviceOptions);

  // A hook runs before the hooks of later plugins, and before Fastify reads a body and rejects it. A route
  // handler would be too late, because hooks of later plugins also apply to existing routes.
  app.addHook("onRequest", function answerFastifyRequest(request, reply, done) {
    const { statusPath } = request.routeOptions.config as RouteConfig;
    if (statusPath === undefined) return done();
    const target = toLocalTarget(request, statusPath);
    const answer =
      target === undefined
        ? undefined
        : answerStatusRequest({ ...toStatusRequest(request.raw, request), target });
    if (answer === undefined) return done();
    markOwn(request.raw);
    reply.hijack();
    copyHeaders(reply);
    if (answer instanceof Promise) void answer.then((settled) => send(reply.raw, settled));
    else send(reply.raw, answer);
  });

  for (const statusPath of answerStatusRequest.paths) {
    app.route({
      method: [...app.supportedMethods],
      url: toRouteUrl(statusPath),
      config: { statusPath, cors: NO_PREFLIGHT } satisfies RouteConfig,
      schema: { hide: true },
      handler: (_request, reply) => void reply.callNotFound(),
    });
  }
}

/** The path of ours that a route serves. */
interface RouteConfig {
  readonly statusPath?: string;
  readonly cors?: object;
}

/**
 * The target without the prefixes of plugins. Fastify's router decodes paths and may ignore their case, so
 * the views get the path as the client sent it, or `undefined` if it is not in canonical form.
 */
function toLocalTarget({ raw, params }: FastifyRequest, statusPath: string): string | undefined {
  const { url = "" } = raw;
  if (parseTarget(url) === undefined) return undefined;
  const { "*": rest = "" } = params as { readonly "*"?: string };
  const ownSegments = statusPath.replace(/\*$/, () => rest).split("/").length - 1;
  const [path = "", ...query] = url.split("?");
  const local = path.split("/").slice(-ownSegments).join("/");
  return [`/${local}`, ...query].join("?");
}

/** Fastify also passes its own options to the plugin. */
interface RegisterOptions extends ServiceStatusOptions {
  readonly prefix?: unknown;
  readonly logLevel?: unknown;
  readonly logSerializers?: unknown;
}

/** Adds the headers that other plugins have set, such as those for CORS. */
function copyHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
}
