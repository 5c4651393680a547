import * as h3v2 from "h3";
import * as h3v1 from "h3-1";
import { serviceStatus } from "../../src/adapters/node.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, listen } from "./listen.ts";

describeAdapter("svc-status/node on h3 1", (options) => {
  const app = h3v1.createApp();
  app.use(h3v1.fromNodeMiddleware(serviceStatus(options)));
  app.use(
    "/hello",
    h3v1.eventHandler(() => HELLO),
  );
  return listen(h3v1.toNodeListener(app));
});

describeAdapter("svc-status/node on h3 2", (options) => {
  const app = new h3v2.H3();
  // Only exactOptionalPropertyTypes tells the requests of h3's types from those of Node.js.
  app.use(h3v2.fromNodeMiddleware(serviceStatus(options) as h3v2.NodeMiddleware));
  app.get("/hello", () => HELLO);
  return listen(h3v2.toNodeHandler(app));
});
