import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceStatusOptions } from "../http/options.ts";
import { markOwn } from "../http/own-requests.ts";
import { createStatusService } from "../http/service.ts";
import { send, toStatusRequest } from "./common/node-http.ts";

export type * from "./common/options.ts";

/** The part of a Koa context that the middleware uses. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond?: boolean | undefined;
}

/** A middleware for Koa 2 and 3. */
export type KoaMiddleware = (ctx: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Serves the status and the probe. Mount it first, because middleware that is mounted earlier also runs
 * earlier. For the application's functions, `raw` is the context.
 *
 * @example
 * app.use(serviceStatus());
 * @throws TypeError for invalid options.
 */
export function serviceStatus(options?: ServiceStatusOptions): KoaMiddleware {
  const answerStatusRequest = createStatusService(options);
  return async function answerKoaRequest(ctx, next) {
    const answer = answerStatusRequest(toStatusRequest(ctx.req, ctx));
    if (answer === undefined) return next();
    markOwn(ctx.req);
    ctx.respond = false;
    send(ctx.res, await answer);
    return undefined;
  };
}
