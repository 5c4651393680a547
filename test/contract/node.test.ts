import { serviceStatus } from "../../src/adapters/node.ts";
import { describeAdapter } from "./adapter.ts";
import { answerHello, listen } from "./listen.ts";

describeAdapter("svc-status/node", (options) => {
  const answerStatus = serviceStatus(options);
  return listen((request, response) => answerStatus(request, response, () => answerHello(request, response)));
});
