// The lower bound: a constant body, with the same headers as ours.
import { createServer } from "node:http";
import { listen } from "../support/listen.mjs";

const PROBE = "OK";

export async function start(checks) {
  const isProbe = checks.length === 0;
  const body = isProbe
    ? PROBE
    : JSON.stringify(Object.fromEntries(checks.map(({ name }) => [name, { state: "OK" }])));
  const headers = {
    "Content-Type": isProbe ? "text/plain; charset=utf-8" : "application/json",
    "Content-Length": String(body.length),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  const server = createServer((_request, response) => response.writeHead(200, headers).end(body));
  return { port: await listen(server), path: "/" };
}
