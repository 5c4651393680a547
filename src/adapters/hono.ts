import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";
import { toResponse, toStatusRequest } from "./common/fetch-api.ts";

export type * from "./common/options.ts";

/** The part of a Hono context that is needed here. */
export interface HonoContext {
  readonly req: { readonly raw: Request; readonly url: string; readonly routePath: string };
  readonly env: unknown;
}

/** A middleware for Hono 4. */
export type HonoMiddleware = (c: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>;

/**
 * Serves the status and the probe, behind the base path that it is mounted at. Mount it first: what is mounted
 * before it also stands before it. For the application's own functions `raw` is the context.
 *
 * @example
 * app.use(serviceStatus());
 * @throws TypeError for a mistake in the options.
 */
export function serviceStatus(options?: ServiceStatusOptions): HonoMiddleware {
  const answerStatusRequest = createStatusService(options);
  return async function answerHonoRequest(c, next) {
    const remoteAddress = findRemoteAddress(c);
    const target = toLocalTarget(c.req.url, c.req.routePath);
    const answer = answerStatusRequest(toStatusRequest(c.req.raw, { target, remoteAddress, raw: c }));
    if (answer !== undefined) return toResponse(await answer);
    await next();
    return undefined;
  };
}

/** What is left of a URL behind the base path: for `/internal/*` one segment less, for `/:tenant/*` too. */
function toLocalTarget(url: string, routePath: string): string {
  const baseLength = routePath.endsWith("/*") ? routePath.split("/").length - 2 : 0;
  return baseLength === 0 ? url : url.replace(new RegExp(`^[^/]*//[^/?]*(?:/[^/?]*){${baseLength}}`), "");
}

/** What runtimes put into `env`: @hono/node-server, Deno and Bun, in this order. */
interface ConnectionEnv {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  readonly remoteAddr?: { readonly hostname?: string };
  requestIP?(request: Request): { readonly address: string } | null;
}

function findRemoteAddress({ env, req }: HonoContext): string | undefined {
  const bindings = (env ?? {}) as ConnectionEnv & { readonly server?: ConnectionEnv };
  const connection = bindings.server ?? bindings;
  const { incoming, remoteAddr } = connection;
  return incoming?.socket?.remoteAddress ?? remoteAddr?.hostname ?? connection.requestIP?.(req.raw)?.address;
}
