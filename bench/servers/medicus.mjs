import { createServer } from "node:http";
import { Medicus } from "medicus";
import { createHttpHealthCheckHandler } from "medicus/http.js";
import { listen } from "../support/listen.mjs";

export async function start(checks) {
  const checkers = Object.fromEntries(checks.map(({ name, run }) => [name, () => run()]));
  const answerHealth = createHttpHealthCheckHandler(new Medicus({ checkers }), { debug: true });
  const server = createServer((request, response) => {
    void answerHealth(new URL(request.url, "http://localhost").searchParams, response);
  });
  return { port: await listen(server), path: "/health" };
}
