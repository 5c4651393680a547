// The status of a Hono service. npm run build && node examples/hono.mjs
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { addStatusHandler, OK } from "svc-status";
import { serviceStatus } from "svc-status/hono";

addStatusHandler("DatabaseConnection", () => ({ state: OK }));

const app = new Hono();
app.use(serviceStatus());
app.get("/", (context) => context.text("hello\n"));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8080), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
