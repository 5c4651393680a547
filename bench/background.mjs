// The background cost of 10,000 handlers with an interval of 10 s: the share of one core over half a real
// minute, and the memory over ten simulated minutes.
import { setTimeout as sleep } from "node:timers/promises";
import { createStatusRegistry } from "../dist/index.js";
import { createFakeClock } from "../dist/testing/index.js";
import { publish } from "./support/rows.mjs";

const HANDLERS = 10_000;
const INTERVAL_MS = 10_000;
const REAL_SECONDS = 30;
const SIMULATED_MINUTES = 10;
const KIBIBYTE = 2 ** 10;

/** Half of them return a status, half a promise, which needs a deadline. */
function register(registry) {
  for (let index = 0; index < HANDLERS; index += 1) {
    const status = { state: "OK", detail: `handler ${index}`, labels: { index } };
    const handler = index % 2 === 0 ? () => status : async () => status;
    registry.addStatusHandler(`Handler ${index}`, handler, { intervalMs: INTERVAL_MS });
  }
}

async function measureCpu() {
  const registry = createStatusRegistry();
  register(registry);
  await registry.getReport(); // the first runs are not a steady state
  const [cpuBefore, startedAt] = [process.cpuUsage(), performance.now()];
  await sleep(REAL_SECONDS * 1_000);
  const { user, system } = process.cpuUsage(cpuBefore);
  const elapsedMs = performance.now() - startedAt;
  registry.close();
  const share = (user + system) / 1_000 / elapsedMs;
  publish({ what: "share of one core", samples: [100 * share], unit: " %" });
}

async function measureMemory() {
  const clock = Object.assign(createFakeClock(), { random: Math.random });
  const registry = createStatusRegistry({ clock });
  register(registry);
  const used = [];
  for (let minute = 1; minute <= SIMULATED_MINUTES; minute += 1) {
    await clock.advance(60_000);
    globalThis.gc();
    used.push(process.memoryUsage().heapUsed / KIBIBYTE);
  }
  registry.close();
  const what = `growth of the heap over ${SIMULATED_MINUTES - 1} simulated minutes`;
  publish({ what, samples: [used.at(-1) - used[0]], unit: " KiB", raw: { heapsKiB: used } });
}

await measureMemory();
await measureCpu();
