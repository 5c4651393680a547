// The status of a Koa service. npm run build && node examples/koa.mjs
import Koa from "koa";
import { addStatusHandler, OK } from "svc-status";
import { serviceStatus } from "svc-status/koa";

addStatusHandler("DatabaseConnection", () => ({ state: OK }));

const app = new Koa();
app.use(serviceStatus());
app.use((context) => {
  context.body = "hello\n";
});
const server = app.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
