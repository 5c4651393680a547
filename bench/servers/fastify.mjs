import fastify from "fastify";

export async function start() {
  const app = fastify();
  app.get("/probe_status", (_request, reply) => reply.type("text/plain").send("OK"));
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: app.server.address().port, path: "/probe_status" };
}
