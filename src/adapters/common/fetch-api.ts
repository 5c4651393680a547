import type { StatusRequest, StatusResponse, StatusStream } from "../../http/message.ts";
import { parseTarget } from "../../http/target.ts";

export interface FetchRequestParts {
  readonly target: string;
  readonly remoteAddress: string | undefined;
  /** The request that the application's functions receive. */
  readonly raw: unknown;
}

/**
 * Whether the path of the `node:http` request is in canonical form. A `Request` does not show that, because
 * its constructor resolves `/x/../probe_status`.
 */
export function isCanonical(incoming: object | undefined): boolean {
  const { url } = (incoming ?? {}) as { readonly url?: string };
  return url === undefined || parseTarget(url) !== undefined;
}

/** Converts a `Request`. Never reads its body. */
export function toStatusRequest(request: Request, parts: FetchRequestParts): StatusRequest {
  return { method: request.method, header: (name) => request.headers.get(name) ?? undefined, ...parts };
}

export function toResponse({ status, headers, body, stream }: StatusResponse): Response {
  const whole = body === "" ? null : body;
  return new Response(stream === undefined ? whole : toReadable(stream), { status, headers });
}

/** Opens the stream at the first read. Buffers at most one piece. */
function toReadable(open: (cut: () => void) => StatusStream): ReadableStream<Uint8Array> {
  let stream: StatusStream | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        stream ??= open(() => controller.error(new Error("not read in time")));
        const piece = await stream.next();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: () => stream?.cancel(),
    },
    { highWaterMark: 0 },
  );
}
