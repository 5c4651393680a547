import type { IncomingMessage, ServerResponse } from "node:http";
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { acceptWaiting } from "./accept-waiting.ts";
import { type Connections, createConnections, type EndOfRequest } from "./connections.ts";
import { findSockets } from "./early-sockets.ts";
import { watchGrpcServer } from "./grpc-server.ts";
import { createListening } from "./listening.ts";
import {
  type DrainableServer,
  isGrpc,
  isHttp2,
  isSecure,
  type NodeServer,
  speaksHttp1,
} from "./server-kind.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createSockets, type Sockets } from "./sockets.ts";
import { getSentHeader, isEventStream } from "./streams/endless.ts";
import type { EndlessSetup, WatchedServer } from "./watched-server.ts";

export interface ServerWatchSetup {
  /** Called when a request arrives. Returns a function to call when the request has ended. */
  readonly onRequest: (request: object) => EndOfRequest;
  /** Called for each HTTP/1 connection. */
  readonly onConnection?: (socket: Socket) => void;
}

type Request = IncomingMessage | Http2ServerRequest;

/** Starts watching a server. */
export function watchServer(server: DrainableServer, setup: ServerWatchSetup): WatchedServer {
  return isGrpc(server) ? watchGrpcServer(server) : watchNodeServer(server, setup);
}

function watchNodeServer(server: NodeServer, setup: ServerWatchSetup): WatchedServer {
  const sockets = createSockets();
  const connections = createConnections();
  const sessions = createSessions();
  const stop = listenTo(server, { ...setup, sockets, connections, sessions });

  return {
    setLeaving: connections.setLeaving,
    async acceptWaiting(isInTime) {
      if (server.listening) await acceptWaiting(sockets, isInTime);
    },
    close() {
      sessions.close();
      return new Promise((resolve) => {
        // Node.js servers do not wait for connections that other code has accepted for them.
        const atEnd = (): void => sockets.whenAllHaveEnded(resolve);
        if (server.listening || sockets.size > 0) server.close(atEnd);
        else resolve();
      });
    },
    get idleConnections() {
      return connections.idle;
    },
    endIdle(now) {
      if ("closeIdleConnections" in server) server.closeIdleConnections();
      connections.endSilent(now);
    },
    findEndless({ tests, retryMs }) {
      return [
        ...connections.findEndless(
          (response) =>
            response.headersSent && isEndless(getSentHeader(response, "content-type"), response, tests),
          retryMs,
        ),
        ...sessions.findEndless(
          (stream, response) => isEndless(stream.sentHeaders?.["content-type"], response, tests),
          retryMs,
        ),
      ];
    },
    cut(hasEnded = () => false) {
      const unfinished = connections.countUnfinished(hasEnded) + sessions.countUnfinished(hasEnded);
      sessions.destroy();
      sockets.destroy();
      return unfinished;
    },
    stop,
  };
}

function isEndless(
  contentType: unknown,
  response: ServerResponse<IncomingMessage> | Http2ServerResponse | undefined,
  { isEndless: isNamed, endsByItself }: EndlessSetup["tests"],
): boolean {
  if (response === undefined) return isEventStream(contentType);
  if (isEventStream(contentType) && !endsByItself(response.req, response)) return true;
  return isNamed(response.req, response);
}

interface Records extends ServerWatchSetup {
  readonly sockets: Sockets;
  readonly connections: Connections;
  readonly sessions: Sessions;
}

/** Records connections, sessions and requests. Returns a function that removes all listeners. */
function listenTo(server: NodeServer, records: Records): () => void {
  const { sockets, connections, sessions, onRequest, onConnection } = records;
  const { listen, joinIn, stop } = createListening(server);

  for (const socket of findSockets(server)) {
    recordSocket(socket);
    if (speaksHttp1(server, socket)) connections.recordEarly(socket);
  }
  listen("connection", recordSocket);
  if (isSecure(server)) listen("secureConnection", recordSocket);
  if (isHttp2(server)) listen("session", sessions.record);
  else listen("request", recordRequest);

  function recordSocket(socket: Socket): void {
    if (!sockets.add(socket)) return;
    if (speaksHttp1(server, socket)) {
      connections.record(socket);
      onConnection?.(socket);
    }
    // If a server has no `request` listener, adding one would change how Node.js handles its streams.
    if (isHttp2(server) && !joinIn("request", recordRequest)) listen("stream", recordHandled);
    joinIn("checkContinue", recordRequest);
    joinIn("checkExpectation", recordRequest);
    joinIn("upgrade", recordUpgrade);
    joinIn("connect", recordUpgrade);
  }

  function recordRequest(request: Request, response: ServerResponse | Http2ServerResponse): void {
    if ("stream" in response) {
      recordStream(response.stream, request, response);
    } else {
      recordSocket(response.req.socket);
      connections.recordRequest(response, onRequest(request));
    }
  }

  function recordStream(
    stream: ServerHttp2Stream,
    request: Pick<Request, "headers">,
    response?: Http2ServerResponse,
  ): void {
    const { headers } = request;
    sessions.recordStream(stream, { response, headers, onRequest: () => onRequest(request) });
  }

  /** A stream that the application handles without a request and a response. */
  function recordHandled(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    sessions.recordStream(stream, { headers, onRequest: () => onRequest(headers) });
  }

  function recordUpgrade(request: Request, socket: Socket | Http2ServerResponse): void {
    if ("stream" in socket) recordStream(socket.stream, request);
    else connections.recordUpgrade(socket, request.headers.upgrade?.toLowerCase() === "websocket");
  }

  return stop;
}
