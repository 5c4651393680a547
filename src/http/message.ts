/** A request, as much of it as the views need. Adapters make it from what their framework has. */
export interface StatusRequest {
  readonly method: string;
  /** The request target as it came: a path with its query (`/svc_status?name=A`) or an absolute URL. */
  readonly target: string;
  /** The address of the peer of this connection; `undefined` where nobody knows it. Never taken from a header. */
  readonly remoteAddress: string | undefined;
  /** The value of a header by its lower-case name; several are joined with `, `. */
  header(name: string): string | undefined;
  /** The framework's own request, for `authorize`, `details` and `control`. */
  readonly raw: unknown;
}

/** An answer, complete: the adapter sends it as it is. */
export interface StatusResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * What is sent behind the headers instead of a body, for as long as somebody reads. Called once, by who sends it.
   * `cut` is called where it shall not be waited any more for a reader to take what was sent.
   */
  readonly stream?: (cut: () => void) => StatusStream;
}

/** An answer that comes in pieces, for one reader. */
export interface StatusStream {
  /**
   * The next piece, when there is one; `undefined` when there will be no more. Asked for one at a time. Many readers
   * are given the same one: nobody writes to it.
   */
  next(): Promise<Uint8Array | undefined>;
  /** Nobody reads any more. */
  cancel(): void;
}

/** What a view gives: an answer at once, one to come, or `undefined` where the request is not for it. */
export type Answer = StatusResponse | Promise<StatusResponse> | undefined;

export interface ResponseParts {
  readonly status: number;
  readonly body: string;
  /** @default "text/plain; charset=utf-8" */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const PLAIN_TEXT = "text/plain; charset=utf-8";

const encoder = new TextEncoder();

/** Every answer has these headers: it is never cached, never sniffed, and never a 304, as it has no ETag. */
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

/** An error that the logger knows, and nobody else. */
export const INTERNAL_ERROR: StatusResponse = createResponse({ status: 500, body: "internal error\n" });

/** The answer to a HEAD request: the same without its body (RFC 9110, 9.3.2). */
export function withoutBody(response: StatusResponse): StatusResponse {
  const { status, headers } = response;
  return { status, headers, body: "" };
}

/** An answer that is sent in pieces (Server-Sent Events). Nothing on its way may hold back or compress them. */
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
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is one byte a character
  return /^[\u0000-\u007f]*$/.test(text) ? text.length : encoder.encode(text).length;
}
