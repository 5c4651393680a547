import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { endConnectionWith } from "./last-answer.ts";
import { type Endless, fromResponse, fromSocket } from "./streams/endless.ts";

/** How long a connection without a request may be silent after the listener is closed. */
const SILENCE_MS = 1_000;

/** Called when a request has ended. `isAnswered`: the response was sent completely. */
export type EndOfRequest = (isAnswered: boolean) => void;

/** The HTTP/1 connections of a server with their open requests. */
export interface Connections {
  record(socket: Socket): void;
  /** Adds a connection from before the watch began. It may have a request that was never seen. */
  recordEarly(socket: Socket): void;
  recordRequest(response: ServerResponse<IncomingMessage>, onEnd: EndOfRequest): void;
  recordUpgrade(socket: Socket, isWebSocket: boolean): void;
  /** The open upgraded connections, and the responses that `isEndless` accepts. */
  findEndless(isEndless: (response: ServerResponse) => boolean, retryMs: number): readonly Endless[];
  /** While `true`, each connection ends with its last response. */
  setLeaving(isLeaving: boolean): void;
  /**
   * Number of requests and upgraded connections that would be lost by ending all connections now, without the
   * ended ones (`hasEnded`). It includes requests that are already lost because an earlier response ended their
   * connection.
   */
  countUnfinished(hasEnded: (identity: object) => boolean): number;
  /** Number of connections without a request, whose clients may send another one. */
  readonly idle: number;
  /** Ends connections without a request after a second of silence. Call it repeatedly. */
  endSilent(now: number): void;
}

interface Upgrade {
  readonly isWebSocket: boolean;
  /** The bytes written before. If there are more, the application has agreed to the upgrade. */
  readonly bytesWritten: number;
}

interface Connection {
  readonly socket: Socket;
  /** The pending responses in order. With pipelining, there may be several. */
  readonly open: Map<ServerResponse, EndOfRequest>;
  /** Set when the connection is upgraded. */
  upgrade: Upgrade | undefined;
  isEarly: boolean;
  /** A response has a `Connection: close` header. */
  isEnding: boolean;
  /** The bytes read at the last check, and when that number was first seen. */
  bytesRead: number;
  silentSince: number;
}

export function createConnections(): Connections {
  const connections = new Map<Socket, Connection>();
  let isLeaving = false;
  let lost = 0;

  function get(socket: Socket): Connection {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const connection = createConnection(socket);
    connections.set(socket, connection);
    socket.once("close", function handleClose() {
      connections.delete(socket);
      if (connection.isEnding) lost += connection.open.size;
      // Before Node.js 24, only the first of pipelined responses emits `close` with its connection.
      for (const response of connection.open.keys()) end(connection, response);
    });
    return connection;
  }

  function endWith(connection: Connection, response: ServerResponse): void {
    endConnectionWith(response, function isLast() {
      connection.isEnding ||= isLeaving && [...connection.open.keys()].at(-1) === response;
      return connection.isEnding;
    });
  }

  return {
    record: (socket) => void get(socket),
    recordEarly(socket) {
      get(socket).isEarly = true;
    },
    recordRequest(response, onEnd) {
      const connection = get(response.req.socket);
      connection.isEarly = false;
      connection.open.set(response, onEnd);
      response.once("close", () => end(connection, response));
      if (isLeaving) endWith(connection, response);
    },
    recordUpgrade(socket, isWebSocket) {
      get(socket).upgrade = { isWebSocket, bytesWritten: socket.bytesWritten };
    },
    findEndless(isEndless, retryMs) {
      return [...connections.values()].flatMap(({ socket, open, upgrade }) => {
        const isAgreed = upgrade !== undefined && socket.bytesWritten > upgrade.bytesWritten;
        return [
          ...(isAgreed ? [fromSocket(socket, upgrade.isWebSocket)] : []),
          ...[...open.keys()].filter(isEndless).map((response) => fromResponse(response, retryMs)),
        ];
      });
    },
    setLeaving(newIsLeaving) {
      isLeaving = newIsLeaving;
      if (!isLeaving) return;
      for (const connection of connections.values())
        for (const response of connection.open.keys()) endWith(connection, response);
    },
    countUnfinished(hasEnded) {
      return Array.from(connections.values(), ({ socket, open, upgrade, isEarly }) => {
        const isOpen = (upgrade !== undefined && !hasEnded(socket)) || (isEarly && !socket.destroyed);
        return [...open.keys()].filter((response) => !hasEnded(response)).length + Number(isOpen);
      }).reduce((sum, count) => sum + count, lost);
    },
    get idle() {
      return Array.from(connections.values()).filter(isIdle).length;
    },
    endSilent(now) {
      for (const connection of connections.values()) endIfSilent(connection, now);
    },
  };
}

function createConnection(socket: Socket): Connection {
  return {
    socket,
    open: new Map(),
    upgrade: undefined,
    isEarly: false,
    isEnding: false,
    bytesRead: -1,
    silentSince: 0,
  };
}

function end({ open }: Connection, response: ServerResponse): void {
  const onEnd = open.get(response);
  open.delete(response);
  onEnd?.(response.writableFinished);
}

function isIdle({ open, upgrade, isEarly }: Connection): boolean {
  return open.size === 0 && upgrade === undefined && !isEarly;
}

function endIfSilent(connection: Connection, now: number): void {
  if (!isIdle(connection)) return;
  const { socket, bytesRead, silentSince } = connection;
  if (socket.bytesRead !== bytesRead) {
    Object.assign(connection, { bytesRead: socket.bytesRead, silentSince: now });
  } else if (now - silentSince >= SILENCE_MS) {
    socket.destroy();
  }
}
