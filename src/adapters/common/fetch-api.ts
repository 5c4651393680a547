import type { StatusRequest, StatusResponse, StatusStream } from "../../http/message.ts";

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

export function toResponse({ status, headers, body, stream }: StatusResponse): Response {
  const whole = body === "" ? null : body;
  return new Response(stream === undefined ? whole : toReadable(stream), { status, headers });
}

/** It is opened when somebody reads, and holds no more than one piece. */
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
