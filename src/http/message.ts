import type { StatusRequest } from "../core/status-request.ts";

export type { StatusRequest };

/** A complete response: the adapter sends it unchanged. */
export interface StatusResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * Opens the stream that is sent instead of a body while the client reads. The adapter calls it once.
   * The stream calls `cut` to end the response without waiting for the client to read the rest.
   */
  readonly stream?: (cut: () => void) => StatusStream;
}

/** A streamed response for one reader. */
export interface StatusStream {
  /**
   * Resolves with the next piece, or with `undefined` at the end. Do not call it again before it resolves.
   * Readers share the pieces, so do not modify them.
   */
  next(): Promise<Uint8Array | undefined>;
  /** Ends the stream: the reader has gone. */
  cancel(): void;
}

/** The result of a view: a response, a promise of one, or `undefined` if the path is not the view's. */
export type PossibleResponse = StatusResponse | Promise<StatusResponse> | undefined;

export interface ResponseParts {
  readonly status: number;
  readonly body: string;
  /** @default "text/plain; charset=utf-8" */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const PLAIN_TEXT = "text/plain; charset=utf-8";

const encoder = new TextEncoder();

/**
 * Every response has these headers. It is never cached or sniffed. It has no ETag, so the status is never 304.
 */
export function createResponse({
  status,
  body,
  contentType = PLAIN_TEXT,
  headers,
}: ResponseParts): StatusResponse {
  return {
    status,
    headers: {
      "Content-Type": contentType,
      "Content-Length": String(toByteLength(body)),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      ...headers,
    },
    body,
  };
}

export function toMethodNotAllowed(allowed: readonly string[]): StatusResponse {
  return createResponse({
    status: 405,
    body: "method not allowed\n",
    headers: { Allow: allowed.join(", ") },
  });
}

/** The response to a client that control does not permit. */
export function toRefusal(status: 401 | 403): StatusResponse {
  const headers = status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
  return createResponse({ status, body: status === 401 ? "unauthorized\n" : "forbidden\n", headers });
}

/** The details of the error are only logged. */
export const INTERNAL_ERROR: StatusResponse = createResponse({ status: 500, body: "internal error\n" });

/** The response to a HEAD request: the same without its body (RFC 9110, 9.3.2). */
export function withoutBody(response: StatusResponse): StatusResponse {
  const { status, headers } = response;
  return { status, headers, body: "" };
}

/** A stream of Server-Sent Events. Its headers keep proxies from buffering or compressing it. */
export function createEventStream(stream: NonNullable<StatusResponse["stream"]>): StatusResponse {
  const { status, headers, body } = createResponse({
    status: 200,
    body: "",
    contentType: "text/event-stream",
  });
  const { "Content-Length": _, ...others } = headers;
  const passing = { "Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no" };
  return { status, headers: { ...others, ...passing }, body, stream };
}

function toByteLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII characters have one byte each
  return /^[\u0000-\u007f]*$/.test(text) ? text.length : encoder.encode(text).length;
}
