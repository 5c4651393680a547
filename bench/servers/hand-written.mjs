// A typical hand-written health check, without a library: no deadlines, no isolation.
import { createServer } from "node:http";
import { listen } from "../support/listen.mjs";

export async function start(checks) {
  async function answerReport(response) {
    const states = {};
    await Promise.all(
      checks.map(async ({ name, run }) => {
        await run();
        states[name] = { state: "OK" };
      }),
    );
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(states));
  }

  const server = createServer((request, response) => {
    if (request.url === "/probe_status") response.writeHead(200, { "Content-Type": "text/plain" }).end("OK");
    else if (request.url === "/svc_status.json") void answerReport(response);
    else response.writeHead(404).end();
  });
  return { port: await listen(server), path: checks.length === 0 ? "/probe_status" : "/svc_status.json" };
}
