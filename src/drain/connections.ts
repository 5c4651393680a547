import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { endConnectionWith } from "./last-answer.ts";

/** How long a connection without a request may be silent once the listener is closed. */
const SILENCE_MS = 1_000;

/** Called when a request has ended, with whether its answer was sent to the end. */
export type EndOfRequest = (isAnswered: boolean) => void;

/** The HTTP/1 connections of a server, and what each is busy with. */
export interface Connections {
  note(socket: Socket): void;
  /** A connection from before anybody watched: a request may be under way that was never seen. */
  noteEarly(socket: Socket): void;
  noteRequest(response: ServerResponse<IncomingMessage>, onEnd: EndOfRequest): void;
  noteUpgrade(socket: Socket): void;
  /** While `true`, the last answer of each connection ends it. */
  setLeaving(isLeaving: boolean): void;
  /**
   * How many requests and upgraded connections would be lost by ending all connections now, with those that were
   * lost already: they had come over a connection that the answer before them ended.
   */
  readonly unfinished: number;
  /** Ends those that have no request and have said nothing for a second. To be called again and again. */
  endSilent(now: number): void;
}

interface Connection {
  readonly socket: Socket;
  /** What is still to be answered, in this order; with pipelining that can be several. */
  readonly open: Map<ServerResponse, EndOfRequest>;
  isUpgraded: boolean;
  isEarly: boolean;
  /** An answer has said that it is the last one. */
  isEnding: boolean;
  /** What it had said when it was last looked at, and when it was first seen to have said no more. */
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
    socket.once("close", function noteClose() {
      connections.delete(socket);
      if (connection.isEnding) lost += connection.open.size;
      // Before Node.js 24, of pipelined answers only the first is told that its connection has gone.
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
    note: (socket) => void get(socket),
    noteEarly(socket) {
      get(socket).isEarly = true;
    },
    noteRequest(response, onEnd) {
      const connection = get(response.req.socket);
      connection.isEarly = false;
      connection.open.set(response, onEnd);
      response.once("close", () => end(connection, response));
      if (isLeaving) endWith(connection, response);
    },
    noteUpgrade(socket) {
      get(socket).isUpgraded = true;
    },
    setLeaving(newIsLeaving) {
      isLeaving = newIsLeaving;
      if (!isLeaving) return;
      for (const connection of connections.values())
        for (const response of connection.open.keys()) endWith(connection, response);
    },
    get unfinished() {
      return Array.from(
        connections.values(),
        ({ socket, open, isUpgraded, isEarly }) =>
          open.size + Number(isUpgraded || (isEarly && !socket.destroyed)),
      ).reduce((sum, count) => sum + count, lost);
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
    isUpgraded: false,
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

function endIfSilent(connection: Connection, now: number): void {
  const { socket, open, isUpgraded, isEarly, bytesRead, silentSince } = connection;
  if (open.size > 0 || isUpgraded || isEarly) return;
  if (socket.bytesRead !== bytesRead) {
    Object.assign(connection, { bytesRead: socket.bytesRead, silentSince: now });
  } else if (now - silentSince >= SILENCE_MS) {
    socket.destroy();
  }
}
