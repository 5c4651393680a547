import type { Http2Session, ServerHttp2Stream } from "node:http2";
import type { EndOfRequest } from "./connections.ts";

/** The HTTP/2 sessions of a server with their open streams. */
export interface Sessions {
  note(session: Http2Session): void;
  /** Adds a stream, unless it is known. `onRequest` is called for a new one. */
  noteStream(stream: ServerHttp2Stream, onRequest: () => EndOfRequest): void;
  /** Lets each session end with its last stream, and later sessions too. */
  close(): void;
  readonly openStreams: number;
  destroy(): void;
}

export function createSessions(): Sessions {
  const sessions = new Set<Http2Session>();
  const streams = new Set<ServerHttp2Stream>();
  let isClosing = false;

  return {
    note(session) {
      sessions.add(session);
      session.once("close", () => sessions.delete(session));
      if (isClosing) session.close();
    },
    noteStream(stream, onRequest) {
      if (streams.has(stream)) return;
      streams.add(stream);
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
    get openStreams() {
      return streams.size;
    },
    destroy() {
      for (const session of sessions) session.destroy();
    },
  };
}
