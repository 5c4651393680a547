import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";
import { send, toStatusRequest } from "./shared/node-http.ts";

export type * from "./shared/options.ts";

/** What is served, beside the options that Fastify itself reads when a plugin is registered. */
export interface FastifyStatusOptions extends ServiceStatusOptions {
  /** What stands before the paths. Left out: the prefix of the plugin around this one, if it has one. */
  readonly prefix?: string;
  /** From which level on these requests are logged. `"silent"`: not at all. Left out: as all others. */
  readonly logLevel?: string;
  readonly logSerializers?: object;
}

/** The part of a Fastify instance that is needed here. */
export interface FastifyApp {
  readonly supportedMethods: readonly string[];
  route(route: FastifyRoute): unknown;
}

export interface FastifyRoute {
  readonly method: string[];
  readonly url: string;
  readonly schema: object;
  readonly onRequest: FastifyRequestHandler;
  readonly handler: FastifyRequestHandler;
}

export type FastifyRequestHandler = (request: FastifyRequest, reply: FastifyReply) => void;

export interface FastifyRequest {
  readonly raw: IncomingMessage;
}

export interface FastifyReply {
  readonly raw: ServerResponse;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  hijack(): unknown;
  callNotFound(): unknown;
}

/**
 * A plugin for Fastify 5 that serves the status and the probe. Register it first: the hooks of what is registered
 * before it also stand before it, and those of what follows never do.
 *
 * @example
 * app.register(serviceStatus, { logLevel: "silent" });
 * @throws TypeError for a mistake in the options; `app.ready()` and `app.listen()` reject with it.
 */
export function serviceStatus(app: FastifyApp, options: FastifyStatusOptions, done: () => void): void {
  const { prefix, logLevel, logSerializers, ...serviceOptions } = options;
  const answerStatusRequest = createStatusService(serviceOptions);

  for (const path of answerStatusRequest.paths) {
    const answerFastifyRequest: FastifyRequestHandler = (request, reply) => {
      const target = (request.raw.url ?? "").replace(/^[^?]*/, () => path);
      const answer = answerStatusRequest({ ...toStatusRequest(request.raw, request), target });
      if (answer === undefined) return void reply.callNotFound();
      reply.hijack();
      copyHeaders(reply);
      void Promise.resolve(answer).then((settled) => send(reply.raw, settled));
    };
    app.route({
      method: [...app.supportedMethods],
      url: path.replaceAll(":", "::"),
      schema: { hide: true },
      // A hook comes before Fastify would read the body, and refuse what it has no parser for.
      onRequest: answerFastifyRequest,
      handler: answerFastifyRequest,
    });
  }
  done();
}

/** What was set by others, such as a plugin for CORS, goes out with the answer. */
function copyHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
}
