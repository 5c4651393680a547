// @godaddy/terminus: one function per path. The application decides what it checks.
import { createServer } from "node:http";
import { createTerminus } from "@godaddy/terminus";
import { listen } from "../support/listen.mjs";

export async function start(checks) {
  const server = createServer((_request, response) => response.writeHead(404).end());

  async function askAll() {
    const states = {};
    await Promise.all(
      checks.map(async ({ name, run }) => {
        await run();
        states[name] = { state: "OK" };
      }),
    );
    return states;
  }

  createTerminus(server, {
    healthChecks: { "/healthz": checks.length === 0 ? async () => {} : askAll, verbatim: true },
  });
  return { port: await listen(server), path: "/healthz" };
}
