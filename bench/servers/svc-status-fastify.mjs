import fastify from "fastify";
import { serviceStatus } from "../../dist/adapters/fastify.js";
import { createRegistry, toPath } from "../support/registry.mjs";

export async function start(checks) {
  const app = fastify();
  app.register(serviceStatus, { registry: createRegistry(checks) });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: app.server.address().port, path: toPath(checks) };
}
