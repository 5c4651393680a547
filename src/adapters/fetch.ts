import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";
import { toResponse, toStatusRequest } from "./common/fetch-api.ts";

export type * from "./common/options.ts";

/** What the server knows about the connection. A framework's context, as Next.js gives one, says nothing. */
export type ConnectionInfo = { readonly remoteAddress?: string | undefined } | object;

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
    const { remoteAddress } = connection as { readonly remoteAddress?: string };
    const answer = await answerStatusRequest(
      toStatusRequest(request, { target: request.url, remoteAddress, raw: request }),
    );
    return answer && toResponse(answer);
  };
}
