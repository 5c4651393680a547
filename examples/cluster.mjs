// Several workers behind one port: one probe, and one report for all of them.
// npm run build && node examples/cluster.mjs, then: kill -HUP <pid> replaces the workers one after the other.
import cluster from "node:cluster";
import { createServer } from "node:http";
import { addStatusHandler, defaultProbe } from "svc-status";
import { coordinateWorkers, joinCluster } from "svc-status/cluster";
import { drainOnSignals } from "svc-status/drain";
import { serviceStatus } from "svc-status/node";

const port = Number(process.env.PORT ?? 8080);
const workerCount = Number(process.env.WORKERS ?? 4);

if (cluster.isPrimary) runPrimary();
else await runWorker();

function runPrimary() {
  let isEnding = false;
  coordinateWorkers();
  for (let count = 0; count < workerCount; count += 1) cluster.fork();

  cluster.on("exit", () => {
    if (!isEnding) cluster.fork();
    else if (Object.keys(cluster.workers).length === 0) process.exit();
  });
  cluster.on("listening", (worker, address) => {
    console.log(`worker ${worker.id} listens on port ${address.port}`);
  });

  process.on("SIGTERM", endAll);
  process.on("SIGINT", endAll);
  process.on("SIGHUP", replaceAll);

  /** All workers first go out of service. Then each one waits until the load balancer has left. */
  function endAll() {
    if (isEnding) return;
    isEnding = true;
    defaultProbe.decommission();
    for (const worker of Object.values(cluster.workers)) worker.process.kill("SIGTERM");
  }

  /** Replaces one worker after the other. The others keep serving, and the load balancer notices nothing. */
  function replaceAll() {
    const [next, ...further] = Object.values(cluster.workers);
    replace(next, further);
  }

  function replace(worker, further) {
    if (worker === undefined || isEnding) return;
    cluster.once("listening", () => replace(further[0], further.slice(1)));
    worker.process.kill("SIGTERM");
  }
}

async function runWorker() {
  addStatusHandler("EventLoop", () => ({ state: "OK", pid: process.pid }));

  const { registry } = await joinCluster();
  const serve = serviceStatus({ svcStatus: { registry } });
  const server = createServer((request, response) =>
    serve(request, response, () => response.end(`hello from ${process.pid}\n`)),
  );
  // Ctrl-C sends SIGINT to the workers too, but the primary ends them.
  process.on("SIGINT", () => {});
  drainOnSignals(server, { signals: ["SIGTERM"], logger: console, balancerIdleMs: 0 });
  server.listen(port, "127.0.0.1");
}
