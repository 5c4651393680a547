import cluster from "node:cluster";
import { createServer } from "node:net";

/** Nothing can listen here, so the primary refuses, and nobody else notices. */
const NOWHERE = "/dev/null/svc-status";

/**
 * Resolves when the primary of a cluster has passed its last connection to this worker and this worker has returned
 * it. Call it after the servers have been closed. A worker that exited earlier would take such a connection with it,
 * and the client would never get an answer: the primary keeps the connection open.
 *
 * Every primary replies to a worker that wants to listen, and the messages of both stay in order.
 */
export function handOver(): Promise<void> {
  if (!cluster.isWorker || !process.connected) return Promise.resolve();
  return new Promise((resolve) => {
    process.once("disconnect", resolve);
    createServer()
      .on("error", () => {
        process.off("disconnect", resolve);
        resolve();
      })
      .listen(NOWHERE);
  });
}
