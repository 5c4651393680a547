import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type {
  Http2SecureServer,
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  Http2Session,
} from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";

/** What can be drained: the server itself, whatever framework listens on it. */
export type DrainableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** A request under way. */
export interface OpenRequest {
  readonly request: IncomingMessage | Http2ServerRequest;
  readonly response: ServerResponse | Http2ServerResponse;
}

export interface WatchSetup {
  readonly onRequest: (open: OpenRequest) => void;
}

/** A server whose connections and requests are known. */
export interface WatchedServer {
  /** From now on each answer that is sent ends its connection, so that kept-alive clients move away. */
  startLeaving(): void;
  /** Stops listening and lets idle connections go. Resolves when the last connection has ended. */
  close(): Promise<void>;
  /** Lets go of connections that have become idle since. */
  closeIdle(): void;
  /** Ends everything that is left, and says how many requests and upgraded connections that were. */
  cut(): number;
}

/** Watches a server from now on; connections that it already has are not known. */
export function watchServer(server: DrainableServer, { onRequest }: WatchSetup): WatchedServer {
  const sockets = new Set<Socket>();
  const upgraded = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  const open = new Set<OpenRequest>();
  let isLeaving = false;
  let seesUpgrades = false;

  server.on("connection", function noteConnection(socket: Socket) {
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      upgraded.delete(socket);
    });
    watchUpgrades();
  });
  if (isHttp2(server)) server.on("session", noteSession);
  server.prependListener("request", noteRequest);

  /** Only where somebody upgrades: a listener of ours alone would leave the connection without an answer. */
  function watchUpgrades(): void {
    if (seesUpgrades || server.listenerCount("upgrade") === 0) return;
    seesUpgrades = true;
    server.on("upgrade", (_request: IncomingMessage, socket: Socket) => upgraded.add(socket));
  }

  function noteSession(session: Http2Session): void {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    if (isLeaving && !server.listening) session.close();
  }

  function noteRequest(request: OpenRequest["request"], response: OpenRequest["response"]): void {
    const noted = { request, response };
    open.add(noted);
    if (isLeaving) endConnectionAfter(noted);
    response.once("close", () => open.delete(noted));
    onRequest(noted);
  }

  function startLeaving(): void {
    isLeaving = true;
    for (const noted of open) endConnectionAfter(noted);
  }

  function close(): Promise<void> {
    return new Promise((resolve) => {
      if (!server.listening) resolve();
      else server.close(() => resolve());
      for (const session of sessions) session.close();
      closeIdle();
    });
  }

  function closeIdle(): void {
    if (!isHttp2(server)) server.closeIdleConnections();
  }

  function cut(): number {
    const count = open.size + [...upgraded].filter((socket) => !socket.destroyed).length;
    for (const session of sessions) session.destroy();
    for (const socket of sockets) socket.destroy();
    return count;
  }

  return { startLeaving, close, closeIdle, cut };
}

function isHttp2(server: DrainableServer): server is Http2Server | Http2SecureServer {
  return !("closeIdleConnections" in server);
}

/**
 * Decided when the answer is sent, not when the request came: this is the flag that Node.js itself reads when it
 * writes the headers. HTTP/2 has no such header; there, GOAWAY says it when the server is closed.
 */
function endConnectionAfter({ request, response }: OpenRequest): void {
  if (request.httpVersionMajor === 1) (response as ServerResponse).shouldKeepAlive = false;
}
