// A service with a handler that never settles, for hanging-handler.test.ts, which starts it with --expose-gc and
// the folder of the built package, and sends it messages.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, timeoutMs] = process.argv.slice(2);
const { createStatusRegistry } = await import(pathToFileURL(`${folder}/index.js`).href);
const { serviceStatus } = await import(pathToFileURL(`${folder}/adapters/node.js`).href);

const registry = createStatusRegistry();
let calls = 0;

/** A new handler has no history: it is called again at once. */
function addHangingHandler() {
  calls = 0;
  registry.addStatusHandler(
    "Hanging",
    () => {
      calls += 1;
      return new Promise(() => {});
    },
    { timeoutMs: Number(timeoutMs) },
  );
}

/** What is really in use: garbage that only a second collection frees does not count. */
async function getUsedBytes() {
  for (let count = 0; count < 5; count += 1) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

registry.addStatusHandler("Fine", () => ({ state: "OK" }));
const server = createServer(serviceStatus({ registry }));

const answers = {
  addHangingHandler,
  getCalls: () => calls,
  async getUsedBytes() {
    server.closeAllConnections();
    return getUsedBytes();
  },
};

process.on("message", async (name) => process.send({ name, result: await answers[name]() }));
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () =>
  process.send({ name: "listening", result: server.address().port }),
);
