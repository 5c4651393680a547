// The status of a service that maps a Request to a Response. npm run build && node examples/fetch.mjs
import { serve } from "@hono/node-server";
import { addStatusHandler, OK } from "svc-status";
import { serviceStatus } from "svc-status/fetch";

addStatusHandler("DatabaseConnection", () => ({ state: OK }));

const answerStatus = serviceStatus();

async function answerRequest(request) {
  return (await answerStatus(request)) ?? new Response("hello\n");
}

// Use any server with the Fetch API: Bun.serve, Deno.serve, a worker, a Next.js route.
serve({ fetch: answerRequest, port: Number(process.env.PORT ?? 8080), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
