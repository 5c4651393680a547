import express5 from "express";
import express4 from "express4";
import { serviceStatus } from "../../src/adapters/express.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, listen } from "./listen.ts";

const VERSIONS = { 4: express4, 5: express5 };

for (const [version, express] of Object.entries(VERSIONS)) {
  describeAdapter(
    `svc-status/express on Express ${version}`,
    (options) => {
      const app = express();
      app.use(serviceStatus(options));
      app.get("/hello", (_request, response) => void response.send(HELLO));
      return listen(app);
    },
    { frameworkHeaders: ["x-powered-by"] },
  );
}
