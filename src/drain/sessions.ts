import type { Http2ServerResponse, Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { EndOfRequest } from "./connections.ts";
import { type Endless, fromStream, fromTunnel } from "./streams/endless.ts";

export interface StreamSetup {
  /** Missing if the application handles the stream itself. */
  readonly response?: Http2ServerResponse | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Called if the stream is new. */
  readonly onRequest: () => EndOfRequest;
}

type OpenStream = Pick<StreamSetup, "response" | "headers">;

export type IsEndlessStream = (
  stream: ServerHttp2Stream,
  response: Http2ServerResponse | undefined,
) => boolean;

/** The HTTP/2 sessions of a server with their open streams. */
export interface Sessions {
  record(session: Http2Session): void;
  /** Adds a stream, unless it is known. */
  recordStream(stream: ServerHttp2Stream, setup: StreamSetup): void;
  /** The open tunnels, and the streams that `isEndless` accepts. */
  findEndless(isEndless: IsEndlessStream, retryMs: number): readonly Endless[];
  /** Ends each session, including later ones, after its last stream. */
  close(): void;
  countUnfinished(hasEnded: (identity: object) => boolean): number;
  destroy(): void;
}

export function createSessions(): Sessions {
  const sessions = new Set<Http2Session>();
  const streams = new Map<ServerHttp2Stream, OpenStream>();
  let isClosing = false;

  return {
    record(session) {
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
      if (isClosing) session.close();
    },
    recordStream(stream, { response, headers, onRequest }) {
      if (streams.has(stream)) return;
      streams.set(stream, { response, headers });
      const onEnd = onRequest();
      stream.once("close", () => {
        streams.delete(stream);
        onEnd(stream.writableFinished);
      });
    },
    close() {
      isClosing = true;
      // Servers close their sessions themselves only from Node.js 24 on.
      for (const session of sessions) session.close();
    },
    findEndless(isEndless, retryMs) {
      return [...streams].flatMap(([stream, { response, headers }]) => {
        if (!stream.headersSent) return [];
        if (headers[":method"] === "CONNECT")
          return [fromTunnel(stream, headers[":protocol"] === "websocket")];
        return isEndless(stream, response) ? [fromStream(stream, retryMs)] : [];
      });
    },
    countUnfinished: (hasEnded) => [...streams.keys()].filter((stream) => !hasEnded(stream)).length,
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}
