import type { EventEmitter } from "node:events";
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type {
  Http2SecureServer,
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  Http2Session,
  ServerHttp2Stream,
} from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { createConnections, type EndOfRequest } from "./connections.ts";
import { findSockets } from "./early-sockets.ts";

/** A server to drain. Pass the Node.js server, not the framework's application. */
export type DrainableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

export interface WatchSetup {
  /** Called when a request arrives. Returns a function to call when the request has ended. */
  readonly onRequest: (request: object) => EndOfRequest;
}

/** A server with its connections and requests. */
export interface WatchedServer {
  /** While `true`, each response ends its connection, so that clients with kept-alive connections move. */
  setLeaving(isLeaving: boolean): void;
  /** Stops listening and ends idle connections. Resolves when the last connection has ended. */
  close(): Promise<void>;
  /** Ends connections that have become idle since then. Call it repeatedly. */
  endIdle(now: number): void;
  /** Ends all remaining connections. Returns the number of requests and upgraded connections cut. */
  cut(): number;
  /** Stops watching and removes all listeners. */
  stop(): void;
}

/** Starts watching a server. */
export function watchServer(server: DrainableServer, { onRequest }: WatchSetup): WatchedServer {
  const sockets = new Set<Socket>();
  const connections = createConnections();
  const sessions = new Set<Http2Session>();
  const streams = new Set<ServerHttp2Stream>();
  const { listen, joinIn, stop } = createListening(server);
  let isClosing = false;
  let tellAllHaveEnded = (): void => {};

  for (const socket of findSockets(server)) {
    noteSocket(socket);
    if (speaksHttp1(server, socket)) connections.noteEarly(socket);
  }
  listen("connection", noteSocket);
  if (isSecure(server)) listen("secureConnection", noteSocket);
  if (isHttp2(server)) listen("session", noteSession);
  else listen("request", noteRequest);

  function noteSocket(socket: Socket): void {
    if (sockets.has(socket)) return;
    sockets.add(socket);
    // Makes Node.js cache the address. Otherwise, a prober that disconnects early would have none later.
    void socket.remoteAddress;
    socket.once("close", function noteClose() {
      sockets.delete(socket);
      if (sockets.size === 0) tellAllHaveEnded();
    });
    if (speaksHttp1(server, socket)) connections.note(socket);
    // If a server has no `request` listener, adding one would change how Node.js handles its streams.
    if (isHttp2(server) && !joinIn("request", noteRequest)) listen("stream", noteStream);
    joinIn("checkContinue", noteRequest);
    joinIn("checkExpectation", noteRequest);
    joinIn("upgrade", noteUpgrade);
    joinIn("connect", noteUpgrade);
  }

  /** Node.js servers do not wait for connections that other code has accepted for them. */
  function whenAllHaveEnded(run: () => void): void {
    tellAllHaveEnded = run;
    if (sockets.size === 0) run();
  }

  function noteSession(session: Http2Session): void {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    if (isClosing) session.close();
  }

  function noteRequest(request: Request, response: ServerResponse | Http2ServerResponse): void {
    if ("stream" in response) {
      noteStream(response.stream, request);
    } else {
      noteSocket(response.req.socket);
      connections.noteRequest(response, onRequest(request));
    }
  }

  function noteStream(stream: ServerHttp2Stream, request: object): void {
    if (streams.has(stream)) return;
    streams.add(stream);
    const onEnd = onRequest(request);
    stream.once("close", () => {
      streams.delete(stream);
      onEnd(stream.writableFinished);
    });
  }

  function noteUpgrade(request: Request, socket: Socket | Http2ServerResponse): void {
    if ("stream" in socket) noteStream(socket.stream, request);
    else connections.noteUpgrade(socket);
  }

  return {
    setLeaving: connections.setLeaving,
    close() {
      isClosing = true;
      // Servers close their sessions themselves only from Node.js 24 on.
      for (const session of sessions) session.close();
      return new Promise((resolve) => {
        if (server.listening || sockets.size > 0) server.close(() => whenAllHaveEnded(resolve));
        else resolve();
      });
    },
    endIdle(now) {
      if ("closeIdleConnections" in server) server.closeIdleConnections();
      connections.endSilent(now);
    },
    cut() {
      const unfinished = connections.unfinished + streams.size;
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      return unfinished;
    },
    stop,
  };
}

type Request = IncomingMessage | Http2ServerRequest;

// biome-ignore lint/suspicious/noExplicitAny: as Node.js types its listeners
type Listener = (...args: any[]) => void;

interface Listening {
  listen(event: string, listener: Listener): void;
  /** Listens only if there is another listener. As the only one, ours would keep Node.js from responding. */
  joinIn(event: string, listener: Listener): boolean;
  stop(): void;
}

/** Adds listeners before the application's, one per event. */
function createListening(server: EventEmitter): Listening {
  const listeners = new Map<string, Listener>();

  function listen(event: string, listener: Listener): void {
    if (listeners.has(event)) return;
    listeners.set(event, listener);
    server.prependListener(event, listener);
  }

  return {
    listen,
    joinIn(event, listener) {
      if (server.listenerCount(event) === 0) return false;
      listen(event, listener);
      return true;
    },
    stop() {
      for (const [event, listener] of listeners) server.off(event, listener);
      listeners.clear();
    },
  };
}

function isHttp2(server: DrainableServer): boolean {
  return "updateSettings" in server;
}

function isSecure(server: DrainableServer): boolean {
  return "setSecureContext" in server;
}

/** Each TLS connection has an underlying plain socket, which carries no HTTP requests itself. */
function speaksHttp1(server: DrainableServer, socket: Socket | TLSSocket): boolean {
  const isEncrypted = "encrypted" in socket;
  if (isSecure(server) && !isEncrypted) return false;
  return !isHttp2(server) || (isEncrypted && socket.alpnProtocol !== "h2");
}
