import type { Socket } from "node:net";

/** The open connections that have not sent a request yet. Closing them may lose their first request. */
export interface FreshConnections {
  record(socket: Socket, now: number): void;
  recordRequest(request: object): void;
  /** When the newest one was opened; `undefined` if there is none. */
  readonly lastAt: number | undefined;
}

export function createFreshConnections(): FreshConnections {
  const arrivals = new Map<object, number>();
  return {
    record(socket, now) {
      arrivals.set(socket, now);
      socket.once("close", () => arrivals.delete(socket));
    },
    recordRequest(request) {
      const { socket } = request as { readonly socket?: object };
      if (socket !== undefined) arrivals.delete(socket);
    },
    get lastAt() {
      // In order of arrival.
      return [...arrivals.values()].at(-1);
    },
  };
}
