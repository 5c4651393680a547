// The status of a plain node:http service. npm run build && node examples/node.mjs
import { createServer } from "node:http";
import { addStatusHandler, OK } from "svc-status";
import { serviceStatus } from "svc-status/node";

addStatusHandler("DatabaseConnection", () => ({ state: OK }));

const answerStatus = serviceStatus();
const server = createServer((request, response) => {
  answerStatus(request, response, () => response.end("hello\n"));
});
server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
