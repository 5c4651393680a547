import type { StatusRequest, StatusResponse } from "../../http/message.ts";

export interface FetchRequestParts {
  readonly target: string;
  readonly remoteAddress: string | undefined;
  /** What the application's own functions get to see. */
  readonly raw: unknown;
}

/** The body of the request is never read. */
export function toStatusRequest(request: Request, parts: FetchRequestParts): StatusRequest {
  return { method: request.method, header: (name) => request.headers.get(name) ?? undefined, ...parts };
}

export function toResponse({ status, headers, body }: StatusResponse): Response {
  return new Response(body === "" ? null : body, { status, headers });
}
