import { once } from "node:events";

/** Listens on a free port, and returns the port. */
export async function listen(server) {
  server.keepAliveTimeout = 65_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}
