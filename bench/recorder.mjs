// What a recorder costs: with 1,000,000 changes of 30 days on the disk, and while it records 1,000 a second.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createStatusRegistry, StateHandler } from "../dist/index.js";
import { recordStatus } from "../dist/recorder/record-status.js";
import { writeRecording } from "./recorder/write.mjs";
import { publish } from "./support/rows.mjs";

const ROUNDS = 7;
const DAYS = 30;
const CHANGES = 1_000_000;
const MAX_BYTES = 150_000_000;
const HOUR_MS = 3_600_000;
/** The key of a registry's recorded past, which the views read. */
const SEAMS = Symbol.for("svc-status.seams.1");

const HANDLERS = 100;
const CHANGES_A_TICK = 10;
const TICK_MS = 10;
const SLICE_MS = 3_000;

const folder = mkdtempSync(join(tmpdir(), "svc-status-bench-"));
try {
  await measurePast(join(folder, "past"));
  await measureRecording();
} finally {
  rmSync(folder, { recursive: true });
}

async function measurePast(directory) {
  const bytes = writeRecording(directory, { changes: CHANGES, days: DAYS });
  publish({ what: `size of ${CHANGES} changes`, samples: [bytes / 1_000_000], unit: " MB" });
  const starts = [];
  for (let round = 0; round < ROUNDS; round += 1) starts.push(await startIn(directory));
  publish({ what: "start", samples: starts.map(({ startMs }) => startMs), unit: " ms", max: 300 });
  publish({
    what: "memory of the start",
    samples: starts.map(({ startMb }) => startMb),
    unit: " MB",
    max: 30,
  });
  await measureReads(directory);
}

async function startIn(directory) {
  const child = fork(new URL("recorder/start.mjs", import.meta.url), [directory, String(MAX_BYTES)], {
    execArgv: ["--expose-gc"],
  });
  const [result] = await once(child, "message");
  await once(child, "exit");
  return result;
}

async function measureReads(directory) {
  const registry = createStatusRegistry();
  const recorder = recordStatus(registry, { directory, maxBytes: MAX_BYTES });
  await recorder.ready;
  const samples = { hourMs: [], dayMs: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    // Another time in each round, so that no read profits from the one before.
    const to = new Date(Date.now() - (round * (DAYS - 2) * 24 * HOUR_MS) / ROUNDS);
    const from = new Date(to.getTime() - HOUR_MS);
    samples.hourMs.push(
      await measureMs(() => registry[SEAMS].seams.recordedPast.getEvents({ from, to, limit: 10_000 })),
    );
    const dayFrom = new Date(to.getTime() - 24 * HOUR_MS);
    samples.dayMs.push(await measureMs(() => recorder.availability("Check 7", { from: dayFrom, to })));
  }
  await recorder.close();
  registry.close();
  publish({ what: "the history of an hour, of all handlers", samples: samples.hourMs, unit: " ms", max: 50 });
  publish({
    what: "the availability of one handler over a day",
    samples: samples.dayMs,
    unit: " ms",
    max: 200,
  });
}

async function measureMs(read) {
  const startedAt = performance.now();
  await read();
  return performance.now() - startedAt;
}

/** The CPU time of the whole process with a recorder, less that without. */
async function measureRecording() {
  const shares = [];
  const pathUs = [];
  await measureSlice(join(folder, "warm-up"));
  for (let round = 0; round < ROUNDS; round += 1) {
    const without = await measureSlice(undefined);
    const recorded = await measureSlice(join(folder, `recording-${round}`));
    shares.push(recorded.share - without.share);
    pathUs.push(recorded.pathUs - without.pathUs);
  }
  publish({
    what: "recording 1,000 changes a second, share of one core",
    samples: shares,
    unit: " %",
    max: 3,
  });
  publish({ what: "time that a change waits for it", samples: pathUs, unit: " µs" });
}

async function measureSlice(directory) {
  const registry = createStatusRegistry();
  const handlers = Array.from({ length: HANDLERS }, (_, index) => {
    const handler = new StateHandler();
    handler.setState("OK");
    registry.addStatusHandler(`Check ${index}`, handler);
    return { name: `Check ${index}`, handler };
  });
  await registry.getReport();
  const recorder = directory === undefined ? undefined : recordStatus(registry, { directory });
  await recorder?.ready;
  const [cpuBefore, startedAt] = [process.cpuUsage(), performance.now()];
  let [changes, busyMs] = [0, 0];
  while (performance.now() - startedAt < SLICE_MS) {
    const due = ((performance.now() - startedAt) / TICK_MS) * CHANGES_A_TICK;
    const tickAt = performance.now();
    for (; changes < due; changes += CHANGES_A_TICK) await flip(registry, handlers, changes);
    busyMs += performance.now() - tickAt;
    await sleep(TICK_MS);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const share = (user + system) / 10 / (performance.now() - startedAt);
  await recorder?.close();
  registry.close();
  return { share, pathUs: (1_000 * busyMs) / changes };
}

async function flip(registry, handlers, first) {
  const flipped = Array.from({ length: CHANGES_A_TICK }, (_, index) => handlers[(first + index) % HANDLERS]);
  const isOutage = Math.floor(first / HANDLERS) % 2 === 0;
  for (const { handler } of flipped)
    handler.setState(
      isOutage ? "RED" : "OK",
      isOutage ? { detail: `connect ECONNREFUSED 10.0.0.7:${first}` } : {},
    );
  await registry.getReport({ names: flipped.map(({ name }) => name) });
}
