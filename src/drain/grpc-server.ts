import type { GrpcServer } from "./server-kind.ts";
import type { WatchedServer } from "./watched-server.ts";

/**
 * Drains a server of grpc-js, which shows neither its connections nor its calls: it serves until it is closed.
 * Then it sends GOAWAY and ends with its last call. If the drain cuts it, it counts as one request.
 */
export function watchGrpcServer(server: GrpcServer): WatchedServer {
  let isOpen = true;

  return {
    setLeaving() {},
    async acceptWaiting() {},
    close() {
      return new Promise((resolve) => {
        server.tryShutdown(function handleEnd() {
          isOpen = false;
          resolve();
        });
      });
    },
    endIdle() {},
    idleConnections: 0,
    findEndless: () => [],
    cut() {
      const unfinished = Number(isOpen);
      server.forceShutdown();
      return unfinished;
    },
    stop() {},
  };
}
