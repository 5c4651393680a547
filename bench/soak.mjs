// The heap that remains while a changing service is under load: npm run bench -- soak [--minutes=15]
//
// 20 readers of the page's events, five more of the sentinel's, ten handlers that flap, hang and throw, and
// 300 requests per second to all paths in turn.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openReader, startRequests } from "./soak/load.mjs";
import { publish } from "./support/rows.mjs";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "15" } } });
const MINUTES = Number(values.minutes);
if (!(MINUTES >= 1 && MINUTES <= 60)) throw new Error(`--minutes: expected 1 to 60, got ${values.minutes}`);

const READERS = 20;
const SENTINEL_READERS = 5;
const PER_SECOND = 300;
const SAMPLE_EVERY_MS = 2_000;
const MINUTE_MS = 60_000;
const MEBIBYTE = 2 ** 20;
const MAX_RATIO = 1.05;

const REPORTS = ["", ".csv", ".json", ".health", ".prometheus", ".html"].map(
  (suffix) => `/svc_status${suffix}`,
);
const PATHS = [...REPORTS, "/probe_status", "/livez", "/readyz", "/startupz"];

/** In a run of 15 minutes, these are minutes 2 to 4 and the last three. A shorter run has shorter parts. */
const EARLY = { from: 2 / 15, to: 4 / 15 };
const LATE = { from: 12 / 15, to: 1 };

const child = fork(join(import.meta.dirname, "soak/serve.mjs"), { execArgv: ["--expose-gc"] });
const failed = once(child, "exit").then(([code, signal]) => {
  throw new Error(`the service has ended: ${code ?? signal}`);
});
failed.catch(() => {}); // it also ends when it is stopped

const [{ port, sentinelPort }] = await Promise.race([once(child, "message"), failed]);
const closeReaders = [
  ...Array.from({ length: READERS }, () => openReader(port)),
  ...Array.from({ length: SENTINEL_READERS }, () => openReader(sentinelPort)),
];
const requests = startRequests(port, PATHS, PER_SECOND);
try {
  publishRows(await takeSamples());
} finally {
  requests.stop();
  for (const close of closeReaders) close();
  child.disconnect();
}

async function takeSamples() {
  const samples = [];
  const startedAt = performance.now();
  for (let at = 0; at < MINUTES * MINUTE_MS; at = performance.now() - startedAt) {
    await sleep(SAMPLE_EVERY_MS);
    child.send("usage");
    const [usage] = await Promise.race([once(child, "message"), failed]);
    samples.push({ at: (performance.now() - startedAt) / (MINUTES * MINUTE_MS), ...usage });
  }
  return samples;
}

function publishRows(samples) {
  const { changes, sentinelEnds } = samples.at(-1);
  const { sent, answered, lost } = requests.counts;
  const heapsMiB = samples.map(({ heapBytes }) => heapBytes / MEBIBYTE);
  const [early, late] = [EARLY, LATE].map((part) => ({
    heap: findSmallest(samples, part, "heapBytes"),
    rss: findSmallest(samples, part, "rssBytes"),
  }));
  const what = `${MINUTES} minutes`;
  publish({
    what: `${what}: smallest heap at the end against the beginning`,
    samples: [late.heap / early.heap],
    unit: " ×",
    max: MAX_RATIO,
    raw: { heapsMiB, requests: { sent, answered, lost } },
  });
  publish({ what: "smallest heap at the beginning", samples: [early.heap / MEBIBYTE], unit: " MiB" });
  publish({ what: "smallest heap at the end", samples: [late.heap / MEBIBYTE], unit: " MiB" });
  publish({
    what: "smallest resident memory at the beginning",
    samples: [early.rss / MEBIBYTE],
    unit: " MiB",
  });
  publish({ what: "smallest resident memory at the end", samples: [late.rss / MEBIBYTE], unit: " MiB" });
  publish({ what: "times that the sentinel's thread ended", samples: [sentinelEnds], max: 0 });
  publish({ what: "requests without an answer", samples: [lost], max: 0 });
  publish({ what: "requests answered", samples: [answered] });
  publish({ what: "changes of a handler's state", samples: [changes] });
}

function findSmallest(samples, { from, to }, key) {
  return Math.min(...samples.filter(({ at }) => at >= from && at <= to + 0.01).map((sample) => sample[key]));
}
