import type { ServiceStatusOptions } from "../http/options.ts";
import { markOwn } from "../http/own-requests.ts";
import { createStatusService } from "../http/service.ts";
import { isCanonical, toResponse, toStatusRequest } from "./common/fetch-api.ts";

export type * from "./common/options.ts";

/**
 * Connection data from the server. `incoming` is the `node:http` request, if there is one: it contains the
 * path as the client sent it, and lets a drain recognize the request. Other objects, such as the one from
 * Next.js, are ignored.
 */
export type ConnectionInfo =
  | { readonly remoteAddress?: string | undefined; readonly incoming?: object | undefined }
  | object;

/** Answers requests for its paths and resolves with `undefined` for others. */
export type FetchHandler = (request: Request, connection?: ConnectionInfo) => Promise<Response | undefined>;

/**
 * Serves the status and the probe on platforms that map a `Request` to a `Response`: Next.js, h3, Bun, Deno,
 * workers. A `Request` has no client address: if you pass no `remoteAddress`, `control: "loopback"` denies
 * access.
 *
 * @example
 * const status = serviceStatus();
 * Deno.serve(async (request) => (await status(request)) ?? new Response("not found", { status: 404 }));
 * @throws TypeError for invalid options.
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

/** Finds the `node:http` request where srvx, and therefore h3, stores it. */
function findIncoming(request: Request): object | undefined {
  const { runtime } = request as { readonly runtime?: { readonly node?: { readonly req?: object } } };
  return runtime?.node?.req;
}
