import { createApp, createRouter, eventHandler, fromNodeMiddleware, toNodeListener } from "h3-1";
import { serviceStatus } from "../../src/adapters/node.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, listen } from "./listen.ts";

describeAdapter("svc-status/node on h3 1", (options) => {
  const app = createApp();
  app.use(fromNodeMiddleware(serviceStatus(options)));
  app.use(
    createRouter().get(
      "/hello",
      eventHandler(() => HELLO),
    ),
  );
  return listen(toNodeListener(app));
});
