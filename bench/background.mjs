// What 10,000 handlers cost in the background at 10 s: the share of one core over a real minute, and the memory over
// ten simulated ones. Run it with --expose-gc.
import { setTimeout as sleep } from "node:timers/promises";
import { createStatusRegistry } from "svc-status";
import { createFakeClock } from "svc-status/testing";

const HANDLERS = 10_000;
const INTERVAL_MS = 10_000;
const REAL_SECONDS = 60;
const SIMULATED_MINUTES = 10;
const MEBIBYTE = 2 ** 20;

/** Half of them answer at once, half with a promise, which needs a deadline. */
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
  await registry.getReport(); // the first runs are no steady state
  const [cpuBefore, startedAt] = [process.cpuUsage(), performance.now()];
  await sleep(REAL_SECONDS * 1_000);
  const { user, system } = process.cpuUsage(cpuBefore);
  const elapsedMs = performance.now() - startedAt;
  registry.close();
  const share = (user + system) / 1_000 / elapsedMs;
  console.log(`share of one core over ${(elapsedMs / 1_000).toFixed(0)} s: ${(100 * share).toFixed(2)} %`);
}

async function measureMemory() {
  const clock = Object.assign(createFakeClock(), { random: Math.random });
  const registry = createStatusRegistry({ clock });
  register(registry);
  const used = [];
  for (let minute = 1; minute <= SIMULATED_MINUTES; minute += 1) {
    await clock.advance(60_000);
    globalThis.gc();
    used.push(process.memoryUsage().heapUsed / MEBIBYTE);
  }
  registry.close();
  console.log(`heap after each simulated minute, in MiB: ${used.map((size) => size.toFixed(1)).join(" ")}`);
  const growth = used.at(-1) - used[0];
  console.log(`growth from the first to the last: ${(growth * 1_024).toFixed(0)} KiB`);
}

console.log(`${HANDLERS} handlers every ${INTERVAL_MS / 1_000} s, Node ${process.version}`);
await measureMemory();
await measureCpu();
