// The status of a service that makes a Response of a Request. npm run build && node examples/fetch.mjs
import { serve } from "@hono/node-server";
import { addStatusHandler, OK } from "svc-status";
import { serviceStatus } from "svc-status/fetch";

addStatusHandler("DatabaseConnection", () => ({ state: OK }));

const answerStatus = serviceStatus();

async function answerRequest(request) {
  return (await answerStatus(request)) ?? new Response("hello\n");
}

// Any server that speaks the Fetch API will do: Bun.serve, Deno.serve, a worker, a route of Next.js.
serve({ fetch: answerRequest, port: Number(process.env.PORT ?? 8080), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
