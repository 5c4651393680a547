import connect from "connect";
import { serviceStatus } from "../../src/adapters/node.ts";
import { describeAdapter } from "./adapter.ts";
import { answerHello, listen } from "./listen.ts";

describeAdapter("svc-status/node on Connect 3", (options) => {
  const app = connect();
  app.use(serviceStatus(options));
  app.use(answerHello);
  return listen(app);
});
