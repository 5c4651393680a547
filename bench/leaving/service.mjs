// A service for leaving.mjs: node service.mjs <port> <how it handles SIGTERM>
import { createServer } from "node:http";
import { serviceStatus } from "../../dist/adapters/node.js";
import { drainOnSignals } from "../../dist/drain/index.js";
import { defaultProbe } from "../../dist/index.js";

const [, , port, way] = process.argv;
const FIXED_MS = 2_000;

const answerStatus = serviceStatus();
const server = createServer((request, response) => {
  answerStatus(request, response, () => response.end("hello\n"));
});
server.keepAliveTimeout = 65_000;

const close = () => server.close(() => process.exit(0));
const WAYS = {
  none() {},
  close: () => process.once("SIGTERM", close),
  fixed: () =>
    process.once("SIGTERM", () => {
      defaultProbe.decommission();
      setTimeout(close, FIXED_MS);
    }),
  drain: () => drainOnSignals(server),
};

WAYS[way]();
server.listen(Number(port), "127.0.0.1", () => console.log("listening"));
