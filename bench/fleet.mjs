// What the page of a fleet costs: with 100 to 10,000 instances in a real Prometheus, and with 200 readers.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startPage } from "./fleet/page.mjs";
import { createBlocks, startPrometheus } from "./fleet/prometheus.mjs";
import { startCountingProxy } from "./fleet/proxy.mjs";
import { toFleetSamples, toRecordedDay } from "./support/fleet-samples.mjs";
import { publish } from "./support/rows.mjs";
import { median } from "./support/statistics.mjs";

const SERVICES = 100;
const HANDLERS = 10;
const STORED = [100, 1_000, 10_000];
const SCRAPED = 2_000;
const STARTS = 5;
const REFRESHES = 15;
const REFRESH_MS = 1_000;
const READERS = 200;
const READING_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), "svc-status-bench-"));
const day = join(folder, "day");
const proxy = await startCountingProxy();
try {
  createBlocks(day, toRecordedDay({ services: SERVICES, now: Math.floor(Date.now() / 1_000) - 60 }));
  const refreshes = new Map();
  for (const instances of STORED) refreshes.set(instances, await measureStored(instances));
  const base = median(refreshes.get(STORED[0]));
  publish({
    what: `${toText(STORED.at(-1))} instances compared with ${STORED[0]}: a refresh`,
    samples: refreshes.get(STORED.at(-1)).map((ms) => ms / base),
    unit: " ×",
    max: 1.3,
  });
  await measureScraped();
} finally {
  proxy.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measureStored(instances) {
  const data = join(folder, `stored-${instances}`);
  createBlocks(data, toFleetSamples({ instances, handlers: HANDLERS, services: SERVICES }));
  const prometheus = await startPrometheus(data, { day });
  try {
    return await measurePages(prometheus.url, `${toText(instances)} instances`);
  } finally {
    prometheus.stop();
  }
}

async function measureScraped() {
  const file = new URL("fleet/targets.mjs", import.meta.url);
  const child = fork(file, [String(SERVICES), String(HANDLERS)]);
  const [port] = await once(child, "message");
  const targets = Array.from({ length: SCRAPED }, (_, index) => ({
    targets: [`127.0.0.1:${port}`],
    labels: {
      __metrics_path__: `/${index}/svc_status.prometheus`,
      job: `service-${index % SERVICES}`,
      instance: `instance-${index}`,
    },
  }));
  const prometheus = await startPrometheus(join(folder, "scraped"), { day, targets });
  try {
    await measurePages(prometheus.url, `${toText(SCRAPED)} instances, scraped`);
    await measureReaders(prometheus.url);
  } finally {
    prometheus.stop();
    child.kill();
  }
}

async function measurePages(prometheus, what) {
  const [first, refresh, memory] = [[], [], []];
  for (let start = 0; start < STARTS; start += 1) {
    const page = await startPage(prometheus, REFRESH_MS);
    first.push(await page.measureMs());
    for (let round = 0; round < REFRESHES / STARTS; round += 1) {
      await wait(REFRESH_MS + 100);
      refresh.push(await page.measureMs());
    }
    memory.push(page.readMaxMb());
    await page.stop();
  }
  publish({ what: `${what}: first page`, samples: first, unit: " ms", max: 500 });
  publish({ what: `${what}: refresh`, samples: refresh, unit: " ms", max: 150 });
  publish({ what: `${what}: maximum memory of our process`, samples: memory, unit: " MB", max: 150 });
  return refresh;
}

async function measureReaders(prometheus) {
  proxy.pointTo(prometheus);
  const page = await startPage(proxy.url, REFRESH_MS);
  // The first page also reads the axes, which are kept for minutes.
  await page.measureMs();
  const one = await countQueries(page, 1);
  const many = await countQueries(page, READERS);
  publish({
    what: `queries of ${READERS} readers, in ${READING_MS / 1_000} s`,
    samples: [many],
    max: one + 1,
    raw: { queriesOfOneReader: one },
  });
  publish({
    what: `maximum memory of our process with ${READERS} readers`,
    samples: [page.readMaxMb()],
    unit: " MB",
    max: 150,
  });
  await page.stop();
}

/** The queries while this number of pages is open. */
async function countQueries(page, readers) {
  const streams = await Promise.all(Array.from({ length: readers }, () => openEvents(page.url)));
  const before = proxy.count();
  await wait(READING_MS);
  const queries = proxy.count() - before;
  for (const stream of streams) stream.destroy();
  if (queries === 0) throw new Error("no reader caused a query");
  return queries;
}

function openEvents(url) {
  return new Promise((resolve, reject) => {
    get(`${url}.events`, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the events: HTTP ${response.statusCode}`));
      response.resume();
      // It is cut at the end.
      response.on("error", () => {});
      resolve(response);
    }).on("error", reject);
  });
}

function toText(number) {
  return number.toLocaleString("en");
}
