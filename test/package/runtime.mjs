// Serves the status on Bun or Deno, asks it over HTTP, and prints what was answered.
import { Hono } from "hono";
import { addStatusHandler, createProbe } from "svc-status";
import { serviceStatus as forFetch } from "svc-status/fetch";
import { serviceStatus as forHono } from "svc-status/hono";

const { Bun, Deno } = globalThis;
const REQUESTS = [
  ["GET", "/svc_status"],
  ["HEAD", "/svc_status"],
  ["POST", "/probe_status?body=OFF"],
  ["GET", "/probe_status"],
  ["GET", "/hello"],
];

addStatusHandler("Database", () => ({ state: "OK" }));

function createFetch(toConnection) {
  const status = forFetch({ probe: createProbe() });
  return async (request, runtime) =>
    (await status(request, toConnection(request, runtime))) ?? new Response("hello");
}

function createHono() {
  const app = new Hono();
  app.use(forHono({ probe: createProbe() }));
  app.get("/hello", (c) => c.text("hello"));
  return app.fetch;
}

function toAddress(request, runtime) {
  return { remoteAddress: Bun ? runtime.requestIP(request)?.address : runtime.remoteAddr.hostname };
}

function serve(fetch) {
  if (Bun) return Bun.serve({ port: 0, hostname: "127.0.0.1", fetch }).port;
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, fetch).addr.port;
}

const applications = {
  fetch: createFetch(() => undefined),
  "fetch, with the address": createFetch(toAddress),
  hono: createHono(),
};

for (const [name, application] of Object.entries(applications)) {
  const port = serve(application);
  for (const [method, target] of REQUESTS) {
    const response = await fetch(`http://127.0.0.1:${port}${target}`, { method });
    const { status, headers } = response;
    console.log(name, method, target, status, headers.get("content-length"), await response.text());
  }
}

(Bun ? process : Deno).exit(0);
