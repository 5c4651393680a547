import type { PossibleResponse } from "../http/message.ts";
import type { ServiceStatusOptions } from "../http/options.ts";
import { markOwn } from "../http/own-requests.ts";
import { createStatusService } from "../http/service.ts";
import { parseTarget } from "../http/target.ts";
import { isCanonical, toResponse, toStatusRequest } from "./common/fetch-api.ts";

export type * from "./common/options.ts";

/** The part of a Hono context that the middleware uses. */
export interface HonoContext {
  readonly req: { readonly raw: Request; readonly url: string; readonly routePath: string };
  readonly env: unknown;
}

/** A middleware for Hono 4. */
export type HonoMiddleware = (c: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>;

/**
 * Serves the status and the probe, below the base path of the mount. Mount it first, because middleware that
 * is mounted earlier also runs earlier. For the application's functions, `raw` is the context.
 *
 * @example
 * app.use(serviceStatus());
 * @throws TypeError for invalid options.
 */
export function serviceStatus(options?: ServiceStatusOptions): HonoMiddleware {
  const answerStatusRequest = createStatusService(options);

  /** Hono matches decoded paths, so the whole path must be canonical, including the base path. */
  function answerIfCanonical(c: HonoContext): PossibleResponse {
    const { raw, url, routePath } = c.req;
    if (parseTarget(url) === undefined || !isCanonical(findIncoming(c))) return undefined;
    const target = toLocalTarget(url, routePath);
    return answerStatusRequest(toStatusRequest(raw, { target, remoteAddress: findRemoteAddress(c), raw: c }));
  }

  return async function answerHonoRequest(c, next) {
    const answer = answerIfCanonical(c);
    if (answer !== undefined) {
      markOwn(findIncoming(c));
      return toResponse(await answer);
    }
    await next();
    return undefined;
  };
}

/** Removes the base path from a URL: one segment for `/internal/*` and for `/:tenant/*`. */
function toLocalTarget(url: string, routePath: string): string {
  const baseLength = routePath.endsWith("/*") ? routePath.split("/").length - 2 : 0;
  return baseLength === 0 ? url : url.replace(new RegExp(`^[^/]*//[^/?]*(?:/[^/?]*){${baseLength}}`), "");
}

/** The `env` of the runtimes: @hono/node-server, Deno and Bun, in this order. */
interface ConnectionEnv {
  readonly incoming?: { readonly url?: string; readonly socket?: { readonly remoteAddress?: string } };
  readonly remoteAddr?: { readonly hostname?: string };
  requestIP?(request: Request): { readonly address: string } | null;
}

function findConnection({ env }: HonoContext): ConnectionEnv {
  const bindings = (env ?? {}) as ConnectionEnv & { readonly server?: ConnectionEnv };
  return bindings.server ?? bindings;
}

/** The `node:http` request, if there is one. */
function findIncoming(c: HonoContext): object | undefined {
  return findConnection(c).incoming;
}

function findRemoteAddress(c: HonoContext): string | undefined {
  const connection = findConnection(c);
  const { incoming, remoteAddr } = connection;
  return (
    incoming?.socket?.remoteAddress ?? remoteAddr?.hostname ?? connection.requestIP?.(c.req.raw)?.address
  );
}
