import Koa3 from "koa";
import Koa2 from "koa2";
import { serviceStatus } from "../../src/adapters/koa.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, listen } from "./listen.ts";

const VERSIONS = { 2: Koa2, 3: Koa3 };

for (const [version, Koa] of Object.entries(VERSIONS)) {
  describeAdapter(`svc-status/koa on Koa ${version}`, (options) => {
    const app = new Koa();
    app.use(serviceStatus(options));
    app.use((ctx) => {
      if (ctx.path === "/hello") ctx.body = HELLO;
    });
    return listen(app.callback());
  });
}
