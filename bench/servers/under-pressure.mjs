// @fastify/under-pressure: one function for everything.
import underPressure from "@fastify/under-pressure";
import fastify from "fastify";

export async function start(checks) {
  const app = fastify();
  app.register(underPressure, {
    exposeStatusRoute: "/status",
    ...(checks.length > 0 && { healthCheck: askAll, healthCheckInterval: 2 ** 31 - 1 }),
  });

  async function askAll() {
    const states = {};
    await Promise.all(
      checks.map(async ({ name, run }) => {
        await run();
        states[name] = "OK";
      }),
    );
    return states;
  }

  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: app.server.address().port, path: "/status" };
}
