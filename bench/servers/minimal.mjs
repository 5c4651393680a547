import { createServer } from "node:http";
import { listen } from "../support/listen.mjs";

export async function start() {
  const server = createServer((_request, response) => response.end("OK"));
  return { port: await listen(server), path: "/" };
}
