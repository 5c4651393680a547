import { createServer } from "node:http";
import { serviceStatus } from "../../dist/adapters/node.js";
import { listen } from "../support/listen.mjs";
import { createRegistry, toPath } from "../support/registry.mjs";

export async function start(checks) {
  const server = createServer(serviceStatus({ registry: createRegistry(checks) }));
  return { port: await listen(server), path: toPath(checks) };
}
