import type { Socket } from "node:net";

/** The open connections of a server. */
export interface Sockets {
  /** Adds a connection. Returns whether it is new. */
  add(socket: Socket): boolean;
  readonly size: number;
  /** Number of connections added so far. */
  readonly added: number;
  /** Calls the function when the last connection has ended. New connections count too. */
  whenAllHaveEnded(run: () => void): void;
  destroy(): void;
}

export function createSockets(): Sockets {
  const sockets = new Set<Socket>();
  let added = 0;
  let onAllEnded = (): void => {};

  return {
    add(socket) {
      if (sockets.has(socket)) return false;
      sockets.add(socket);
      added += 1;
      // Makes Node.js cache the address. Otherwise, a prober that disconnects early would have none later.
      void socket.remoteAddress;
      socket.once("close", function handleClose() {
        sockets.delete(socket);
        if (sockets.size === 0) onAllEnded();
      });
      return true;
    },
    get size() {
      return sockets.size;
    },
    get added() {
      return added;
    },
    whenAllHaveEnded(run) {
      onAllEnded = run;
      if (sockets.size === 0) run();
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
