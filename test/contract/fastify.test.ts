import fastify from "fastify";
import { serviceStatus } from "../../src/adapters/fastify.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, portOf } from "./listen.ts";

describeAdapter("svc-status/fastify on Fastify 5", async (options) => {
  const app = fastify();
  app.register(serviceStatus, options);
  app.get("/hello", () => HELLO);
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { port: portOf(app.server), close: () => app.close() };
});
