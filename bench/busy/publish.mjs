// A hundred handlers that change every second, with or without a sentinel: node publish.mjs with|without
// Measures how much of a core the main thread used over some seconds, and how much memory the process uses.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createStatusRegistry } from "../../dist/index.js";

const HANDLERS = 100;
const SECONDS = 10;
const STATES = ["OK", "YELLOW"];

/** The CPU time of the main thread in nanoseconds. */
function readCpuNs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]);
}

const registry = createStatusRegistry();
for (let index = 0; index < HANDLERS; index += 1) {
  let runs = index;
  const run = () => {
    runs += 1;
    return {
      state: STATES[runs % 2],
      detail: `handler ${index} has been asked ${runs} times`,
      labels: { runs },
    };
  };
  registry.addStatusHandler(`Handler ${index}`, run, { intervalMs: 1_000 });
}
await registry.getReport();
if (process.argv[2] === "with") {
  const { startSentinel } = await import("../../dist/sentinel/index.js");
  await startSentinel({ port: 0, host: "127.0.0.1", registry });
}
await sleep(3_000);
const [cpuBefore, startedAt] = [readCpuNs(), performance.now()];
await sleep(SECONDS * 1_000);
const share = (readCpuNs() - cpuBefore) / 1e6 / (performance.now() - startedAt);
globalThis.gc();
process.send({ share, rssBytes: process.memoryUsage.rss() });
process.disconnect();
registry.close();
process.exit();
