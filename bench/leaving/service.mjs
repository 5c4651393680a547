// A service with every kind of response, or a worker: forked by a cell with its settings as JSON.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { createRoutes } from "./routes.mjs";
import { WAYS } from "./ways.mjs";
import { startWorker } from "./workers.mjs";

const { port, library, drain, worker } = JSON.parse(process.argv[2]);
const name = `${port}-${process.pid}`;

// The parent has ended without a word.
process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.on("error", () => {}); // a message to a parent that has just ended

let isLeaving = false;
// The first listener, so that it sees the signal no later than the library.
process.once("SIGTERM", () => {
  isLeaving = true;
});

const server = createServer();
// Longer than the balancers keep idle connections.
server.keepAliveTimeout = 65_000;
server.requestTimeout = 0;
const { handle, greet } = createRoutes(name);
const sockets = new WebSocketServer({ server });
sockets.on("connection", greet);

const { makeConsumers, closeAll } = await startWorker(worker, (job) => process.send?.({ ...job, isLeaving }));
const answer = await WAYS[library]({
  server,
  isWorker: worker !== undefined,
  handle,
  drain,
  makeConsumers,
  closeAll,
});
if (answer !== undefined) server.on("request", answer);
server.listen(port, "127.0.0.1", () => process.send?.({ listening: name }));
