// Three workers whose "Queue" is YELLOW, RED and YELLOW; the second one is decommissioned. Prints what the cluster
// shows. `node cluster.mjs <library> [hang]`: with hang, the second worker's "Queue" never answers.
import cluster from "node:cluster";
import { addStatusHandler, defaultProbe, defaultRegistry } from "svc-status";
import { exposeStatus } from "svc-status/prom-client";

const [library, hangs] = process.argv.slice(2);
const { default: promClient } = await import(library);
const aggregator = new promClient.AggregatorRegistry();

if (cluster.isPrimary) {
  const ready = ["YELLOW", "RED", "YELLOW"].map((STATE) => {
    const worker = cluster.fork({ STATE });
    return new Promise((resolve) => {
      worker.on("message", ({ ready }) => ready && resolve());
    });
  });
  await Promise.all(ready);
  process.stdout.write(await aggregator.clusterMetrics());
  process.exit();
}

const state = process.env.STATE;
new promClient.Counter({ name: "app_jobs_total", help: "Jobs" }).inc(3);
const answer = () => (hangs && state === "RED" ? new Promise(() => {}) : { state });
addStatusHandler("Queue", answer, { upstream: "jobs" });
addStatusHandler("Reports", answer, { dependsOn: ["Queue"], critical: false });
if (state === "RED") defaultProbe.decommission();
exposeStatus(promClient.register, defaultRegistry, defaultProbe, { name: "orders", version: "1.4.2" });
process.send({ ready: true });
