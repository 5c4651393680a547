import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How long a connection without a request may be silent once the listener is closed. */
export const SILENCE_MS = 1_000;

/** Told when a request has ended: whether its answer was sent to the end. */
export type EndOfRequest = (isAnswered: boolean) => void;

/** The HTTP/1 connections of a server, and what each is busy with. */
export interface Connections {
  note(socket: Socket): void;
  noteRequest(response: ServerResponse, onEnd: EndOfRequest): void;
  noteUpgrade(socket: Socket): void;
  /** The answers that have not been sent to the end. */
  readonly openResponses: readonly ServerResponse[];
  /** How many requests and upgraded connections would be lost by ending all connections now. */
  readonly unfinished: number;
  /** Ends those that have no request and have said nothing for a second. To be called again and again. */
  endSilent(now: number): void;
}

interface Connection {
  readonly socket: Socket;
  /** What is still to be answered; with pipelining that can be several. */
  readonly open: Map<ServerResponse, EndOfRequest>;
  isUpgraded: boolean;
  /** What it had said when it was last looked at, and when it was first seen to have said no more. */
  bytesRead: number;
  silentSince: number;
}

export function createConnections(): Connections {
  const connections = new Map<Socket, Connection>();

  function get(socket: Socket): Connection {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const connection = { socket, open: new Map(), isUpgraded: false, bytesRead: -1, silentSince: 0 };
    connections.set(socket, connection);
    socket.once("close", function noteClose() {
      connections.delete(socket);
      // Before Node.js 24, of pipelined answers only the first is told that its connection has gone.
      for (const response of connection.open.keys()) end(connection, response);
    });
    return connection;
  }

  return {
    note: (socket) => void get(socket),
    noteRequest(response, onEnd) {
      const connection = get(response.req.socket);
      connection.open.set(response, onEnd);
      response.once("close", () => end(connection, response));
    },
    noteUpgrade(socket) {
      get(socket).isUpgraded = true;
    },
    get openResponses() {
      return Array.from(connections.values(), ({ open }) => [...open.keys()]).flat();
    },
    get unfinished() {
      return Array.from(
        connections.values(),
        ({ open, isUpgraded }) => open.size + Number(isUpgraded),
      ).reduce((sum, count) => sum + count, 0);
    },
    endSilent(now) {
      for (const connection of connections.values()) endIfSilent(connection, now);
    },
  };
}

function end({ open }: Connection, response: ServerResponse): void {
  const onEnd = open.get(response);
  open.delete(response);
  onEnd?.(response.writableFinished);
}

function endIfSilent(connection: Connection, now: number): void {
  const { socket, open, isUpgraded, bytesRead, silentSince } = connection;
  if (open.size > 0 || isUpgraded) return;
  if (socket.bytesRead !== bytesRead) {
    Object.assign(connection, { bytesRead: socket.bytesRead, silentSince: now });
  } else if (now - silentSince >= SILENCE_MS) {
    socket.destroy();
  }
}
