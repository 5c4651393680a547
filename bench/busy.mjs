// How the probe behaves while the main thread is busy, and what the sentinel costs.
//
// Sends a probe every 100 ms over a new connection, as an orchestrator does, with a timeout of 1 s; one
// server after the other. Takes five minutes. Requires Linux, which reports the CPU time of each thread.
import { fork } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { publish } from "./support/rows.mjs";
import { median, quantile } from "./support/statistics.mjs";

const ASK_EVERY_MS = 100;
const TIMEOUT_MS = 1_000;
const ROUNDS = 3;

const SCHEDULES = [
  { title: "blocked 500 ms of each second", blockedMs: 500, everyMs: 1_000, seconds: 10 },
  { title: "blocked 1.5 s of every 2 s", blockedMs: 1_500, everyMs: 2_000, seconds: 10 },
  { title: "blocked once for 10 s", blockedMs: 10_000, everyMs: 60_000, seconds: 12, firstMs: 1_000 },
];

const SENTINEL = "svc-status-sentinel";
const SERVERS = {
  bare: "a bare node:http server",
  terminus: "@godaddy/terminus",
  lightship: "lightship",
  "nest-express": "@nestjs/terminus",
  "under-pressure": "@fastify/under-pressure",
  "svc-status": "svc-status/node",
  [SENTINEL]: "svc-status/sentinel",
};

const GOALS = { lost: 0, medianMs: 5, p99Ms: 50 };
const MAX_SHARE_PERCENT = 0.5;
const MAX_MEBIBYTES = 20;
const MEBIBYTE = 2 ** 20;

for (const schedule of SCHEDULES) await compareProbes(schedule);
await measureCosts();

async function compareProbes(schedule) {
  for (const [name, title] of Object.entries(SERVERS)) {
    const { lost, tookMs } = await askWhileBlocked(name, schedule);
    const asked = lost + tookMs.length;
    const what = `${schedule.title}: ${title}`;
    const goals = name === SENTINEL ? GOALS : {};
    const toRow = (part, sample, max, unit) => ({
      what: `${what}, ${part}`,
      samples: [sample],
      unit,
      ...(max !== undefined && { max }),
    });
    publish({ ...toRow("probes lost", (100 * lost) / asked, goals.lost, " %"), raw: { lost, asked } });
    publish(toRow("median of the others", median(tookMs), goals.medianMs, " ms"));
    publish(toRow("99th percentile", quantile(tookMs, 0.99), goals.p99Ms, " ms"));
  }
}

async function askWhileBlocked(name, { blockedMs, everyMs, firstMs = everyMs, seconds }) {
  const args = [name, blockedMs, everyMs, firstMs].map(String);
  const child = fork(join(import.meta.dirname, "busy/serve.mjs"), args, { env: { NODE_ENV: "production" } });
  const [server] = await once(child, "message");
  const asked = [];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; await sleep(ASK_EVERY_MS))
    asked.push(askOnce(server));
  const outcomes = await Promise.all(asked);
  child.kill("SIGKILL");
  await once(child, "exit");
  const tookMs = outcomes.filter((outcome) => outcome !== undefined);
  return { lost: outcomes.length - tookMs.length, tookMs };
}

/** The response time; `undefined` after a timeout, or if the status is not 200. */
function askOnce({ port, path }) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path, agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume().on("end", () => {
        const tookMs = performance.now() - startedAt;
        resolve(response.statusCode === 200 && tookMs <= TIMEOUT_MS ? tookMs : undefined);
      });
    });
    request.on("timeout", () => request.destroy()).on("error", () => resolve(undefined));
  });
}

async function measureCosts() {
  const costs = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const without = await runPublishing("without");
    costs.push({ without, with: await runPublishing("with") });
  }
  publish({
    what: "100 handlers that change each second: what publishing takes of a core in the main thread",
    samples: costs.map((cost) => 100 * (cost.with.share - cost.without.share)),
    unit: " %",
    max: MAX_SHARE_PERCENT,
  });
  publish({
    what: "the same: memory added",
    samples: costs.map((cost) => (cost.with.rssBytes - cost.without.rssBytes) / MEBIBYTE),
    unit: " MiB",
    max: MAX_MEBIBYTES,
  });
}

async function runPublishing(mode) {
  const child = fork(join(import.meta.dirname, "busy/publish.mjs"), [mode], { execArgv: ["--expose-gc"] });
  const [costs] = await once(child, "message");
  await once(child, "exit");
  return costs;
}
