import type { ServiceStatusOptions } from "../http/options.ts";
import { markOwn } from "../http/own-requests.ts";
import { createStatusService } from "../http/service.ts";
import { isCanonical, toResponse, toStatusRequest } from "./common/fetch-api.ts";

export type * from "./common/options.ts";

/**
 * What the server knows about the connection. `incoming` is the request of `node:http`, if there is one: it shows the
 * path as the client spelled it, and lets a drain recognize the request. Other objects, as Next.js passes one, are
 * ignored.
 */
export type ConnectionInfo =
  | { readonly remoteAddress?: string | undefined; readonly incoming?: object | undefined }
  | object;

/** Answers what is ours, and gives `undefined` for what is not. */
export type FetchHandler = (request: Request, connection?: ConnectionInfo) => Promise<Response | undefined>;

/**
 * Serves the status and the probe wherever a `Request` becomes a `Response`: Next.js, h3, Bun, Deno, workers.
 * A `Request` does not say who sent it: without a `remoteAddress`, `control: "loopback"` denies.
 *
 * @example
 * const status = serviceStatus();
 * Deno.serve(async (request) => (await status(request)) ?? new Response("not found", { status: 404 }));
 * @throws TypeError for a mistake in the options.
 */
export function serviceStatus(options?: ServiceStatusOptions): FetchHandler {
  const answerStatusRequest = createStatusService(options);
  return async function answerFetchRequest(request, connection = {}) {
    const { remoteAddress, incoming = findIncoming(request) } = connection as Connection;
    if (!isCanonical(incoming)) return undefined;
    const answer = answerStatusRequest(
      toStatusRequest(request, { target: request.url, remoteAddress, raw: request }),
    );
    if (answer === undefined) return undefined;
    markOwn(incoming);
    return toResponse(await answer);
  };
}

interface Connection {
  readonly remoteAddress?: string;
  readonly incoming?: object;
}

/** Where srvx, and with it h3, keeps the request of `node:http`. */
function findIncoming(request: Request): object | undefined {
  const { runtime } = request as { readonly runtime?: { readonly node?: { readonly req?: object } } };
  return runtime?.node?.req;
}
