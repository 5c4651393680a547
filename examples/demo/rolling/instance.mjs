// One of two instances behind the balancer. It answers requests, sends event streams, and runs jobs.
import { createServer } from "node:http";
import { addStatusHandler, check } from "svc-status";
import { drainOnSignals } from "svc-status/drain";
import { loop } from "svc-status/drain/loop";
import { serviceStatus } from "svc-status/node";

const { QUEUE_URL } = process.env;

addStatusHandler(
  "Queue",
  check(({ signal }) => fetch(QUEUE_URL, { signal })),
);

/** Takes a job, runs it, and says that it is done. A job that is never done runs a second time. */
const worker = loop(
  async () => {
    const { id, tookMs } = await post(`take?worker=${process.pid}`);
    if (id === undefined) return false;
    await new Promise((resolve) => setTimeout(resolve, tookMs)); // replace this with your work
    await post(`done?job=${id}`);
  },
  { name: "jobs", pauseMs: 100 },
);

async function post(path) {
  const response = await fetch(new URL(path, QUEUE_URL), { method: "POST" });
  return response.json();
}

const answerStatus = serviceStatus({ service: { name: "instance", version: "1.0.0" } });
const server = createServer((request, response) =>
  answerStatus(request, response, () => answer(request, response)),
);
server.keepAliveTimeout = 65_000;

function answer({ url }, response) {
  if (url === "/events") return stream(response);
  setTimeout(() => response.end(`answered by ${process.pid}\n`), 20); // replace this with your work
}

function stream(response) {
  response.writeHead(200, { "Content-Type": "text/event-stream" }).write("data: hello\n\n");
  const timer = setInterval(() => response.write(`data: ${process.pid}\n\n`), 500);
  response.once("close", () => clearInterval(timer));
}

// All that a rolling restart without losses needs.
drainOnSignals(server, { consumers: [worker] });
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
// Ends with the demo, even if that is killed.
process.once("disconnect", () => process.exit());
