// The cost of keeping the status page up to date while handlers flap: for the server, and for the browser.
import { existsSync } from "node:fs";
import { createServer } from "node:http";
// biome-ignore lint/correctness/noUndeclaredDependencies: the tests' browser, a dependency of the root
import { chromium } from "playwright-core";
import { serviceStatus } from "../dist/adapters/node.js";
import * as built from "../dist/index.js";
import { importSources } from "../scripts/import-sources.mjs";
import { publish } from "./support/rows.mjs";

const sources = await importSources(
  "core/probe.ts",
  "core/registry/registry.ts",
  "core/state-handler.ts",
  "http/page/events.ts",
  "http/page/render-changes.ts",
  "testing/fake-clock.ts",
);

const FEW = 50;
const MANY = 500;
const FLAPPING = 40;
const CHANGES = 400;
const ROUNDS = 9;
const WARM_UP = 2;
const UPDATES = 10;
const GAP_MS = 200;
const HOUR_MS = 3_600_000;
const MAX_FRAME_MS = 50;
/** Comparing the order of the rows takes time for each row, even if it did not change. */
const MAX_RATIO = 1.6;
const CHROMIUM = "/usr/bin/chromium";

/** Handlers with a full history, which their application sets. The first ones flap, one after the other. */
function register(registry, count, { StateHandler }) {
  const handlers = Array.from({ length: count }, (_, index) => {
    const handler = new StateHandler();
    handler.setState("OK", { detail: `detail ${index}`, labels: { index } });
    registry.addStatusHandler(`Handler${(index * 7_919) % count}`, handler, { intervalMs: HOUR_MS });
    return handler;
  });
  let turn = 0;
  return function flap() {
    const state = ["RED", "OK", "YELLOW"][Math.floor(turn / FLAPPING) % 3];
    handlers[turn % FLAPPING].setState(state, { detail: `turn ${turn}` });
    turn += 1;
  };
}

/** A page of handlers, with one reader. */
async function openPage(count) {
  const clock = Object.assign(sources.createFakeClock(), { random: () => 0.5 });
  const registry = sources.createStatusRegistry({ clock });
  const flap = register(registry, count, sources);
  await registry.getReport();
  const answer = sources.createPageEvents({
    registry,
    source: {
      service: {},
      probe: sources.createProbe(),
      getIdentity: () => ({ instance: "bench:1", startedAt: new Date(0) }),
      path: "/svc_status",
      controlPath: undefined,
    },
    changes: sources.createChangesRenderer(registry),
    clock,
  });
  const view = { details: true, seesWho: false, controls: false, names: [] };
  const read = { bytes: 0 };
  let seen;
  let opened;
  let isClosed = false;

  /** The server ends each stream after a while. Like the browser, the next one begins with the last picture. */
  async function readAll() {
    while (!isClosed) {
      const { stream } = await answer(view, () => registry.getReport(), { seen });
      opened = stream(() => {});
      for (let piece = await opened.next(); piece; piece = await opened.next()) {
        read.bytes += piece.byteLength;
        seen = /\nid: (.*)\n\n$/.exec(Buffer.from(piece.subarray(-100)).toString())?.[1] ?? seen;
      }
    }
  }

  void readAll();
  return {
    read,
    flap,
    wait: () => clock.advance(GAP_MS),
    close() {
      isClosed = true;
      opened.cancel();
    },
  };
}

/** The CPU time and the bytes of a change, without those of the same time without changes. */
async function measureChange(count) {
  const page = await openPage(count);
  const changing = async () => {
    page.flap();
    await page.wait();
  };
  await repeat(FLAPPING * 3, changing);
  const idleMs = await measureCpu(page.wait);
  const bytes = page.read.bytes;
  const changingMs = await measureCpu(changing);
  page.close();
  return { idleMs, changeMs: changingMs - idleMs, kilobytes: (page.read.bytes - bytes) / CHANGES / 1_000 };
}

async function measureCpu(run) {
  globalThis.gc();
  const before = process.cpuUsage();
  await repeat(CHANGES, run);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / CHANGES;
}

async function repeat(times, run) {
  for (let count = 0; count < times; count += 1) await run();
}

async function measureServer() {
  const few = [];
  const many = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const samples = [await measureChange(FEW), await measureChange(MANY)];
    if (round < 0) continue;
    few.push(samples[0]);
    many.push(samples[1]);
  }
  const what = `a change of one of ${MANY} handlers, of which ${FLAPPING} flap, on the server`;
  publish({ what, samples: many.map(({ changeMs }) => changeMs), unit: " ms" });
  const ratios = many.map(({ changeMs }, round) => changeMs / few[round].changeMs);
  publish({ what: `the same against one of ${FEW}`, samples: ratios, unit: " ×", max: MAX_RATIO });
  publish({
    what: "its bytes for each reader",
    samples: many.map(({ kilobytes }) => kilobytes),
    unit: " kB",
  });
  const seconds = GAP_MS / 1_000;
  publish({
    what: `a second of watching ${MANY} handlers that do not change`,
    samples: many.map(({ idleMs }) => idleMs / seconds),
    unit: " ms",
  });
}

/** Runs in the browser: counts the updates of the page. */
function countUpdates() {
  const add = EventSource.prototype.addEventListener;
  globalThis.updates = 0;
  EventSource.prototype.addEventListener = function addCounted(type, handle) {
    add.call(this, type, handle);
    if (type === "picture") add.call(this, type, () => (globalThis.updates += 1));
  };
}

/** The CPU time of the page's main thread in milliseconds: script, style and layout of everything. */
async function createReadCpu(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async function readCpu() {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1_000 * metrics.find(({ name }) => name === "TaskDuration").value;
  };
}

/** The time from the beginning of each frame to the end of its layout and paint, in milliseconds. */
function readFrames(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  return traceEvents
    .filter(({ name, ph }) => name === "AnimationFrame" && ph === "b")
    .map(({ args }) => args.animation_frame_timing_info.duration_ms);
}

async function measureBrowser() {
  const registry = built.createStatusRegistry();
  const flap = register(registry, MANY, built);
  const server = createServer(serviceStatus({ registry, probe: built.createProbe() }));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(countUpdates);
    await page.goto(`http://127.0.0.1:${server.address().port}/svc_status`);
    await page.locator("#link", { hasText: "Live" }).waitFor();
    const readCpu = await createReadCpu(page);
    const samples = [];
    const longest = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      await browser.startTracing(page, { categories: ["devtools.timeline"] });
      const [cpuMs, updates] = [await readCpu(), await page.evaluate("updates")];
      for (let count = 0; count < UPDATES; count += 1) {
        for (let each = 0; each < FLAPPING; each += 1) flap();
        await page.waitForTimeout(GAP_MS);
      }
      const shown = (await page.evaluate("updates")) - updates;
      const shownCpuMs = (await readCpu()) - cpuMs;
      const frames = readFrames(await browser.stopTracing());
      if (round < 0 || shown === 0) continue;
      samples.push(shownCpuMs / shown);
      longest.push(Math.max(...frames));
    }
    publish({
      what: `an update of ${FLAPPING} of ${MANY} handlers in Chromium: the CPU time of its main thread`,
      samples,
      unit: " ms",
    });
    publish({
      what: `the longest frame of ${UPDATES} such updates`,
      samples: longest,
      unit: " ms",
      max: MAX_FRAME_MS,
    });
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
    registry.close();
  }
}

await measureServer();
if (existsSync(CHROMIUM)) await measureBrowser();
