// The service of soak.mjs: a server and a sentinel with the same registry. Reports its usage over IPC.
import { createServer } from "node:http";
import { serviceStatus } from "../../dist/adapters/node.js";
import { startSentinel } from "../../dist/sentinel/index.js";
import { listen } from "../support/listen.mjs";
import { createRestlessRegistry } from "./handlers.mjs";

const SENTINEL_ENDED = /the sentinel's thread ended/;

let changes = 0;
let sentinelEnds = 0;

const registry = createRestlessRegistry({
  info() {},
  warn() {},
  error(message) {
    if (SENTINEL_ENDED.test(message)) sentinelEnds += 1;
  },
});
registry.on("change", () => {
  changes += 1;
});

const views = { registry, healthProbes: true, svcStatus: { details: "always" } };
const port = await listen(createServer(serviceStatus(views)));
const sentinel = await startSentinel({ ...views, port: 0, host: "127.0.0.1" });

process.on("message", () => {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  process.send({ heapBytes: heapUsed, rssBytes: rss, changes, sentinelEnds });
});
process.once("disconnect", () => process.exit());
process.send({ port, sentinelPort: sentinel.address.port });
