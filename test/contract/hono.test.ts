import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { serviceStatus } from "../../src/adapters/hono.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, listen } from "./listen.ts";

describeAdapter("svc-status/hono on Hono 4", (options) => {
  const app = new Hono();
  app.use(serviceStatus(options));
  app.get("/hello", (c) => c.text(HELLO));
  return listen(getRequestListener(app.fetch, { hostname: "localhost" }));
});
