// The status of a Fastify service. npm run build && node examples/fastify.mjs
import Fastify from "fastify";
import { addStatusHandler, OK } from "svc-status";
import { serviceStatus } from "svc-status/fastify";

addStatusHandler("DatabaseConnection", () => ({ state: OK }));

const app = Fastify();
app.register(serviceStatus, { logLevel: "silent" });
app.get("/", () => "hello\n");
console.log(await app.listen({ port: Number(process.env.PORT ?? 8080), host: "127.0.0.1" }));
